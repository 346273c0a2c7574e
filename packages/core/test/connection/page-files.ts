/** Returns the files of an empty page that loads a module and stores its exports in a global variable. */
export const files = (code: string, global: string) => ({
  '/': {
    type: 'text/html',
    body: `<!doctype html><link rel=icon href=data:,><title>${global}</title><script type=module>import * as all from '/module.js'; window.${global} = all</script>`,
  },
  '/elsewhere': {
    type: 'text/html',
    body: '<!doctype html><link rel=icon href=data:,><title>elsewhere</title>',
  },
  '/module.js': { type: 'text/javascript', body: code },
})

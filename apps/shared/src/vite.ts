import type { Plugin, UserConfig } from 'vite'

export const frameworks = { react: 'React', vue: 'Vue', svelte: 'Svelte', solid: 'Solid' } as const
export type Framework = keyof typeof frameworks

/** Returns the Vite configuration of a demo page: its base path, and the frame around the app. */
export function demoPage(framework: Framework | undefined, plugins: UserConfig['plugins'] = []): UserConfig {
  return {
    base: framework ? `/${framework}/` : '/',
    plugins: [...plugins, shell(framework)],
    server: { proxy: { '/api': 'http://127.0.0.1:4300' } },
    build: {
      rolldownOptions: {
        output: {
          // Separate files, so that the size test can tell them from the app.
          codeSplitting: {
            groups: [
              { name: 'chart', test: /node_modules[\\/]uplot[\\/]/ },
              {
                name: 'framework',
                test: /node_modules[\\/](react|react-dom|scheduler|vue|@vue|svelte|esm-env|solid-js)[\\/]/,
              },
            ],
          },
        },
      },
    },
  }
}

function shell(framework: Framework | undefined): Plugin {
  return {
    name: 'demo-shell',
    transformIndexHtml: (html) =>
      html
        .replace('<html', `<html${framework ? ` data-framework="${frameworks[framework]}"` : ''}`)
        .replace('</head>', `${head(framework)}</head>`)
        .replace('<main>', `${top(framework)}<main>${intro}`),
  }
}

const head = (framework: Framework | undefined) => `
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="description" content="Live streams over Server-Sent Events that reconnect and resume after every failure." />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
    <title>Headwater${framework ? ` in ${frameworks[framework]}` : ''}</title>
    <script>
      document.documentElement.dataset.theme = localStorage.getItem('theme') || 'system'
    </script>
  `

const top = (framework: Framework | undefined) => `
    <a class="skip" href="#app" data-text="skip">Skip to the streams</a>
    <header class="top">
      <a class="mark" href="/"><img src="/favicon.svg" alt="" width="28" height="28" />Headwater</a>
      <nav aria-label="The same page in other frameworks" data-label="frameworks">
        ${Object.entries(frameworks)
          .map(
            ([path, name]) =>
              `<a href="/${path}/"${path === framework ? ' aria-current="page"' : ''}>${name}</a>`,
          )
          .join('\n        ')}
      </nav>
      <div class="switches" role="group" aria-label="Language" data-label="language">
        <button type="button" data-language="en" lang="en">EN</button>
        <button type="button" data-language="zh" lang="zh-CN">中文</button>
      </div>
      <button type="button" class="theme" data-next-theme aria-label="Theme"></button>
    </header>
    `

const intro = `
    <section class="intro">
      <h1 data-text="headline">Break the connection. Lose no message.</h1>
      <p data-text="lead">
        Every message has a number. Break the connection in any way you like: no message is lost, none comes twice. This page checks every number.
      </p>
    </section>
`

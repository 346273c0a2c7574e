import { existsSync, readFileSync } from 'node:fs'
import type { Plugin, UserConfig } from 'vite'
import frameworks from '../../../frameworks.json' with { type: 'json' }

const cardOf = (framework: string) => new URL(`../../${framework}/card.html`, import.meta.url)
/** The view libraries that have a demo. */
const demos = frameworks.filter(({ name }) => existsSync(cardOf(name)))
const titleOf = (framework: string) => frameworks.find(({ name }) => name === framework)?.title ?? framework

/** Returns the Vite configuration of a demo page: its base path, and the frame around the app. */
export function demoPage(framework: string | undefined, plugins: UserConfig['plugins'] = []): UserConfig {
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
                // Everything installed that is not a dependency of demo-shared.
                test: /node_modules[\\/](?!\.pnpm|nanostores|uplot|valibot)/,
              },
            ],
          },
        },
      },
    },
  }
}

function shell(framework: string | undefined): Plugin {
  return {
    name: 'demo-shell',
    transformIndexHtml: (html) =>
      html
        .replace('<html', `<html${framework ? ` data-framework="${titleOf(framework)}"` : ''}`)
        .replace('</head>', `${head(framework)}</head>`)
        .replace('<main>', `${top(framework)}<main>${intro}`)
        .replace('<!-- demos -->', () => demos.map(card).join('')),
  }
}

/** A card of the gallery: a link to a demo, with the excerpt from `apps/<name>/card.html`. */
const card = ({ name, title }: (typeof frameworks)[number]) => `<a class="card" href="/${name}/">
          <h2>${title}</h2>
          ${readFileSync(cardOf(name), 'utf8').trim()}
          <span class="go" data-text="open">Open the page</span>
        </a>`

const head = (framework: string | undefined) => `
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="description" content="Live streams over Server-Sent Events that reconnect and resume after every failure." />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
    <title>Headwater${framework ? ` in ${titleOf(framework)}` : ''}</title>
    <script>
      document.documentElement.dataset.theme = localStorage.getItem('theme') || 'system'
    </script>
  `

const top = (framework: string | undefined) => `
    <a class="skip" href="#app" data-text="skip">Skip to the streams</a>
    <header class="top">
      <a class="mark" href="/"><img src="/favicon.svg" alt="" width="28" height="28" />Headwater</a>
      <nav aria-label="The same page in other frameworks" data-label="frameworks">
        ${demos
          .map(
            ({ name, title }) =>
              `<a href="/${name}/"${name === framework ? ' aria-current="page"' : ''}>${title}</a>`,
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

import { svelte } from '@sveltejs/vite-plugin-svelte'

export default svelte({ configFile: false })

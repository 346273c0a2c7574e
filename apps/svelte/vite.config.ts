import { svelte } from '@sveltejs/vite-plugin-svelte'
import { demoPage } from 'demo-shared/vite'
import { defineConfig } from 'vite'

export default defineConfig(demoPage('svelte', [svelte({ configFile: false })]))

import { demoPage } from 'demo-shared/vite'
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

export default defineConfig(demoPage('solid', [solid()]))

import { defineConfig } from 'vite'
import { demoPage } from 'demo-shared/vite'

export default defineConfig(demoPage(undefined))

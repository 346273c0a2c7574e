import vue from '@vitejs/plugin-vue'
import { demoPage } from 'demo-shared/vite'
import { defineConfig } from 'vite'

const isCustomElement = (tag: string) => tag.startsWith('demo-')

export default defineConfig(demoPage('vue', [vue({ template: { compilerOptions: { isCustomElement } } })]))

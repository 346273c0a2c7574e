import react from '@vitejs/plugin-react'
import { demoPage } from 'demo-shared/vite'
import { defineConfig } from 'vite'

export default defineConfig(demoPage('react', [react()]))

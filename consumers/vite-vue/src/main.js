import { createApp } from 'vue'
import Ticker from './ticker.vue'

createApp(Ticker).mount('#root')

import { createApp } from 'vue'
import Price from './price.vue'
import Ticker from './ticker.vue'

createApp(Price).mount('#example')
createApp(Ticker).mount('#root')

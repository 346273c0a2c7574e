import { createApp } from 'vue'
import Price from './price.vue'
import OwnPrice from './readme.vue'
import Ticker from './ticker.vue'

createApp(OwnPrice, { symbol: 'NILE' }).mount('#readme')
createApp(Price).mount('#example')
createApp(Ticker).mount('#root')

import { mount } from 'svelte'
import Price from './price.svelte'
import OwnPrice from './readme.svelte'
import Ticker from './ticker.svelte'

mount(OwnPrice, { target: document.getElementById('readme'), props: { symbol: 'NILE' } })
mount(Price, { target: document.getElementById('example') })
mount(Ticker, { target: document.getElementById('root') })

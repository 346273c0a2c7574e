import { mount } from 'svelte'
import Price from './price.svelte'
import Ticker from './ticker.svelte'

mount(Price, { target: document.getElementById('example') })
mount(Ticker, { target: document.getElementById('root') })

import { mount } from 'svelte'
import Ticker from './ticker.svelte'

mount(Ticker, { target: document.getElementById('root') })

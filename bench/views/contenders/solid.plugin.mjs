import solid from 'vite-plugin-solid'

export default solid({ include: /solid\.jsx$/ })

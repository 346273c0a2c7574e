import type { DefaultTheme } from 'vitepress'

/** Words of the frame in Chinese. */
export const frame = {
  docFooter: { prev: '上一页', next: '下一页' },
  outline: { label: '本页内容', level: [2, 3] },
  langMenuLabel: '切换语言',
  returnToTopLabel: '回到顶部',
  sidebarMenuLabel: '菜单',
  darkModeSwitchLabel: '外观',
  lightModeSwitchTitle: '切换到浅色',
  darkModeSwitchTitle: '切换到深色',
  skipToContentLabel: '跳到正文',
} satisfies DefaultTheme.Config

/** Words of the search in Chinese. */
export const search = {
  button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
  modal: {
    displayDetails: '显示详细列表',
    resetButtonTitle: '清除',
    backButtonTitle: '关闭搜索',
    noResultsText: '没有结果：',
    footer: {
      selectText: '选择',
      selectKeyAriaLabel: '回车键',
      navigateText: '移动',
      navigateUpKeyAriaLabel: '上箭头键',
      navigateDownKeyAriaLabel: '下箭头键',
      closeText: '关闭',
      closeKeyAriaLabel: 'Esc 键',
    },
  },
} satisfies DefaultTheme.LocalSearchOptions['translations']

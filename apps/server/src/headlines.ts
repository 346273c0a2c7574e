export const newsLanguages = ['en', 'zh'] as const
export type NewsLanguage = (typeof newsLanguages)[number]

export const headlines: Record<NewsLanguage, readonly string[]> = {
  en: [
    'River gauge upstream reports steady flow',
    'Ferry resumes after a quiet night at the quay',
    'New footbridge opens between the two mills',
    'Harbour library lends its thousandth boat',
    'Otters return to the lower weir',
    'Lock keepers agree on summer hours',
    'Rain expected in the hills by evening',
    'Old water tower becomes a concert hall',
    'Rowers finish the long race in fog',
    'Survey finds the delta a metre wider',
  ],
  zh: [
    '上游水位站：流量平稳',
    '渡轮在平静一夜后恢复航行',
    '两座磨坊之间的新步行桥开通',
    '港口图书馆借出第一千条船',
    '水獭重返下游堰坝',
    '船闸管理员商定夏季开放时间',
    '傍晚前山区预计有雨',
    '旧水塔改建为音乐厅',
    '赛艇选手在大雾中完成长距离比赛',
    '测量显示三角洲变宽了一米',
  ],
}

export const correctionPrefix: Record<NewsLanguage, string> = { en: 'Corrected: ', zh: '更正：' }

// What the board says, by language. Medical words are in medical.js.
import { CLINICAL } from "./clinical.js";
import { MEDICAL } from "./medical.js";

const WORDS = {
  en: {
    title: "vitalstream board", skip: "Skip to content", menu: "Pages", wearers: "Wearers", inbox: "Inbox",
    english: "English", chinese: "中文", language: "Language", theme: "Colours",
    theme_auto: "As the system", theme_light: "Light", theme_dark: "Dark", sign_in: "Sign in", sign_out: "Sign out",
    anonymous: "not signed in", token: "Token", token_help: "Kept in this tab until it is closed; never in an address.",
    token_needed: "A token is needed to see alerts.", token_wrong: "This token is not valid here, or no longer: ask whoever gave it for another.", close: "Close",
    live: "live", connecting: "connecting", not_live: "Not live since {}", data_to: "data to {}",
    silent: "nothing was heard for two heartbeats", lost: "the server does not answer; trying again",
    away: "the server has lost its source of alerts", refused: "this sign-in may not listen",
    stands: "What is shown may be old. Silence does not mean that all is well.",
    gap: "Some events were missed while away ({} to {}) and everything was loaded again.",
    search: "Search wearers", filter: "Show", all: "all", calm: "calm", stale: "no fresh data", with_alerts: "with alerts",
    none: "none", level: "Level", wearer: "Wearer", unusual_now: "Unusual now", doing: "Context", seen: "Last data",
    quality: "Data quality", alerts: "Open alerts", how_unusual: "All together", own_usual: "own usual",
    unusual_of: "{} unusual, all vitals together", as_usual: "as usual", all_usable: "all usable",
    unusable: "not usable", sort: "Sort", by_risk: "by risk", by_name: "by name", shown: "{} of {} wearers",
    no_wearers: "No wearer is known yet.", no_match: "No wearer fits what is asked for.", held: "Order is held while you point or type here.",
    loading: "loading …", failed: "Could not be loaded: {}", retry: "Try again", unknown: "not known",
    ago: "{} ago", just_now: "just now", spreads: "{} spreads", usual_short: "usual {}", more: "{} more",
    level_none: "calm", short_high: "High", short_medium: "Medium", short_low: "Low", short_info: "Info",
    basis: "What it rests on", colours_are: "Colours: {}", here_there: "{} for the wearer ({})",
    open_alerts: "Open alerts", no_alerts: "No alert is open.", pick: "Choose an alert to see why and what to do.",
    back: "Back", since: "since", updated: "updated", vital: "Vital", value: "Value", change: "Change",
    share: "Share", sure: "How sure", confidence: "confidence", probability: "probability",
    usable: "usable data", models: "models", rules: "rules", rules_only: "rules only", clears: "Ends after",
    also: "also", cause: "cause", while_: "while", historic: "found in old data", to_do: "What to do",
    source_of: "Source", generated: "worded by a language model", acknowledged_by: "acknowledged by {}",
    snoozed_until: "snoozed until {} by {}", answered_by: "answered by {}: {}", somebody: "somebody",
    useful: "Useful", not_useful: "Not useful", true_alarm: "True alarm", false_alarm: "False alarm",
    answer: "Your answer", acknowledge: "Acknowledge", snooze: "Snooze", minutes: "{} min", comment: "Comment (optional)",
    comment_help: "Goes with the next button that you press.", sent: "Sent, waits for the worker: {}",
    sent_long: "Not confirmed yet ({}): is the worker running?", not_sent: "Not sent: {}", may_not: "Your role may look but not answer.",
    resolved_note: "This alert has ended.", history: "History of this alert", revision: "revision", no_comment: "a comment",
    foreign: "No such alert, or not one that you may see.", newest_first: "newest first", high_arrived: "New high-priority alert: {}, wearer {}",
    silences: "Silences", no_silences: "Nothing is silenced.", until: "until", author: "By", expired: "expired", side: "direction",
    condition: "Condition", in_force: "in force",
    to_wearer: "Wearer {}", signals: "Signals", range: "Range", earlier: "Earlier", later: "Later", newest: "Newest",
    zoom_in: "Closer", zoom_out: "Wider", as_chart: "Charts", as_table: "Table", view: "View", drag: "Drag over a chart to look closer.",
    summary: "{name}: now {value}, own usual {usual} ({low} to {high}). In the time shown {min} to {max}; {out} outside own usual, {missing} without usable data.",
    summary_new: "{name}: now {value}, own usual not known. In the time shown {min} to {max}; {missing} without usable data.",
    summary_empty: "{name}: no usable data in this range.", band: "own usual, two spreads either way", line: "measured", mean: "own usual",
    context_strip: "What the wearer was doing", alert_strip: "Alerts in this range", no_alert_range: "No alert in this range.",
    counts_now: "What counts now", nothing_unusual: "Every vital whose own usual is known is near it.", usual_unknown: "The own usual is not known yet: nothing can be called usual or unusual.",
    milder: "milder", male: "male", female: "female",
    scores: "Scores and estimates", no_risk: "Nothing has been scored yet.", interval: "{} to {} (90% interval)", points: "{} points", between: "{} to {}",
    measured_parts: "from {}", missing: "missing: {}", lowers: "would lower it: {}", findings: "Findings", band_is: "band",
    not_run: "not estimated: {}", learning: "still learning: {}", advice: "Advice", no_advice: "No advice stands.",
    answers: "Alerts and answers", no_answers: "No alert in what is kept.", data_quality: "Data quality", nothing_unusable: "Every signal is usable.",
    time: "Time", low: "usual from", high: "usual to", no_signals: "Nothing is kept of this range.", drifted: "usual has moved", responses: "Treatments",
    response_too_early: "too early to tell", response_no_clear_change: "no clear change", response_changed: "changed",
    foreign_wearer: "No such wearer, or not one that is assigned to you.", break_glass: "Break the glass …",
    glass_title: "See this wearer in an emergency", glass_help: "You may look without being assigned. It is written to the audit log with your name and reason.",
    reason: "Reason", for_minutes: "For", open_glass: "Open and record it", glass_done: "Opened until {}.", cancel: "Cancel",
    today: "today", cut: "More alerts are open than are loaded here; the gravest are among those shown.", without: "Without usable data in this range", beside: "value (usual)", no_health: "Your role sees no health detail.", rows_read: "row {} of {}", contribution: "what counts",
    moved: "{before} → {after} since {since} ({kind})", body: "body", sensor: "sensor", whole_list: "Show {} more",
    read_only: "read only", updated_at: "updated {}", marks: "own usual to the left and right of the middle", pointer: "At the pointer",
  },
  zh: {
    title: "vitalstream 看板", skip: "跳到正文", menu: "页面", wearers: "佩戴者", inbox: "警报",
    english: "English", chinese: "中文", language: "语言", theme: "配色",
    theme_auto: "跟随系统", theme_light: "浅色", theme_dark: "深色", sign_in: "登录", sign_out: "退出",
    anonymous: "未登录", token: "令牌", token_help: "只保存在本标签页，关闭即清除；不会出现在网址中。",
    token_needed: "需要令牌才能查看警报。", token_wrong: "此令牌无效或已失效：请向发放者索取新令牌。", close: "关闭",
    live: "实时", connecting: "连接中", not_live: "自 {} 起不是实时", data_to: "数据至 {}",
    silent: "连续两次未收到心跳", lost: "服务器无应答，正在重试",
    away: "服务器失去了警报来源", refused: "此登录无权接收",
    stands: "所示内容可能已过时。没有消息不等于一切正常。",
    gap: "离开期间遗漏了部分事件（{} 至 {}），已全部重新加载。",
    search: "搜索佩戴者", filter: "显示", all: "全部", calm: "平稳", stale: "无新数据", with_alerts: "有警报",
    none: "无", level: "级别", wearer: "佩戴者", unusual_now: "当前异常", doing: "状态", seen: "最近数据",
    quality: "数据质量", alerts: "未结警报", how_unusual: "综合", own_usual: "个人平常值",
    unusual_of: "综合所有指标，异常程度 {}", as_usual: "与平常相同", all_usable: "全部可用",
    unusable: "不可用", sort: "排序", by_risk: "按风险", by_name: "按名称", shown: "{} / {} 位佩戴者",
    no_wearers: "还没有佩戴者。", no_match: "没有符合条件的佩戴者。", held: "指向列表或用键盘操作时，顺序保持不变。",
    loading: "加载中……", failed: "无法加载：{}", retry: "重试", unknown: "未知",
    ago: "{}前", just_now: "刚刚", spreads: "{} 个离散度", usual_short: "平常 {}", more: "另有 {} 项",
    level_none: "平稳", short_high: "高", short_medium: "中", short_low: "低", short_info: "提示",
    basis: "依据", colours_are: "配色：{}", here_there: "佩戴者当地 {}（{}）",
    open_alerts: "未结警报", no_alerts: "没有未结警报。", pick: "请选择一条警报，查看原因和做法。",
    back: "返回", since: "始于", updated: "更新于", vital: "指标", value: "数值", change: "变化",
    share: "所占原因", sure: "可信程度", confidence: "置信度", probability: "概率",
    usable: "可用数据", models: "模型", rules: "规则", rules_only: "仅规则", clears: "结束条件",
    also: "同时", cause: "原因", while_: "状态", historic: "在旧数据中发现", to_do: "怎么做",
    source_of: "来源", generated: "由语言模型撰写", acknowledged_by: "确认人：{}",
    snoozed_until: "暂停提醒至 {}，操作人：{}", answered_by: "反馈（{}）：{}", somebody: "某人",
    useful: "有用", not_useful: "无用", true_alarm: "属实", false_alarm: "误报",
    answer: "您的反馈", acknowledge: "确认", snooze: "暂停提醒", minutes: "{} 分钟", comment: "留言（可选）",
    comment_help: "随下一次按下的按钮一起发送。", sent: "已发送，等待处理程序：{}",
    sent_long: "尚未得到确认（{}）：处理程序是否在运行？", not_sent: "未发送：{}", may_not: "您的角色只能查看，不能反馈。",
    resolved_note: "此警报已结束。", history: "此警报的历史", revision: "修订", no_comment: "仅留言",
    foreign: "没有此警报，或您无权查看。", newest_first: "最新在前", high_arrived: "新的高优先级警报：{}，佩戴者 {}",
    silences: "暂停提醒", no_silences: "没有暂停的提醒。", until: "至", author: "操作人", expired: "已过期", side: "方向",
    condition: "病情", in_force: "有效",
    to_wearer: "佩戴者 {}", signals: "信号", range: "范围", earlier: "更早", later: "更晚", newest: "最新",
    zoom_in: "放大", zoom_out: "缩小", as_chart: "图", as_table: "表", view: "显示方式", drag: "在图上拖动可放大。",
    summary: "{name}：当前 {value}，个人平常值 {usual}（{low} 至 {high}）。此时段内 {min} 至 {max}；{out} 超出平常范围，{missing} 无可用数据。",
    summary_new: "{name}：当前 {value}，个人平常值未知。此时段内 {min} 至 {max}；{missing} 无可用数据。",
    summary_empty: "{name}：此范围内没有可用数据。", band: "个人平常范围（上下各两个离散度）", line: "测量值", mean: "个人平常值",
    context_strip: "佩戴者状态", alert_strip: "此范围内的警报", no_alert_range: "此范围内没有警报。",
    counts_now: "当前关键指标", nothing_unusual: "所有已知个人平常值的指标都接近平常。", usual_unknown: "个人平常值尚未知：无法判断是否异常。",
    milder: "已减轻", male: "男", female: "女",
    scores: "评分与估计", no_risk: "尚未评分。", interval: "{} 至 {}（90%区间）", points: "{} 分", between: "{} 至 {}",
    measured_parts: "依据 {}", missing: "缺少：{}", lowers: "可降低风险：{}", findings: "测量结果", band_is: "区间",
    not_run: "未估计：{}", learning: "仍在学习：{}", advice: "建议", no_advice: "当前没有建议。",
    answers: "警报与反馈", no_answers: "保留的记录中没有警报。", data_quality: "数据质量", nothing_unusable: "所有信号均可用。",
    time: "时间", low: "平常下限", high: "平常上限", no_signals: "此范围没有保留数据。", drifted: "平常值已改变", responses: "治疗",
    response_too_early: "为时尚早", response_no_clear_change: "无明显变化", response_changed: "有变化",
    foreign_wearer: "没有此佩戴者，或未分配给您。", break_glass: "紧急查看……",
    glass_title: "紧急情况下查看此佩戴者", glass_help: "您可在未获分配的情况下查看。您的姓名和原因将写入审计日志。",
    reason: "原因", for_minutes: "时长", open_glass: "打开并记录", glass_done: "可查看至 {}。", cancel: "取消",
    today: "今天", cut: "未结警报多于此处所加载的数量；最严重的均已显示。", without: "此范围内无可用数据", beside: "数值（平常）", no_health: "您的角色看不到健康细节。", rows_read: "第 {} 行，共 {} 行", contribution: "关键指标",
    moved: "{before} → {after}，自 {since}（{kind}）", body: "身体", sensor: "传感器", whole_list: "再显示 {} 条",
    read_only: "只读", updated_at: "更新于 {}", marks: "中间为个人平常值", pointer: "指针处",
  },
};

const KEY = "vitalstream.language";
let now = localStorage.getItem(KEY);
// Another program may have kept something else here: ports of this machine are used anew.
if (!Object.hasOwn(WORDS, now ?? "")) now = navigator.language.startsWith("zh") ? "zh" : "en";

export function language() {
  return now;
}

export function setLanguage(name) {
  now = Object.hasOwn(WORDS, name) ? name : "en";
  localStorage.setItem(KEY, now);
}

/** A label of the board, or a word of a medical table; what has no word is shown as it came. */
export function word(name, table = null) {
  if (table === null) return WORDS[now][name] ?? name;
  const words = MEDICAL[now][table] ?? CLINICAL[now][table] ?? {};
  return words[name] ?? String(name ?? "").replaceAll("_", " ");
}

/** A label with its holes filled, in order or by name. */
export function say(name, ...parts) {
  const text = word(name);
  if (parts.length === 1 && typeof parts[0] === "object") {
    return text.replace(/\{(\w+)\}/g, (hole, key) => parts[0][key] ?? hole);
  }
  return parts.reduce((said, part) => said.replace("{}", () => part), text);
}

/** A sentence of the rules: English is what they say. */
export function sentence(english) {
  const known = MEDICAL[now].sentence;
  if (!english || known[english]) return known[english] ?? english;
  const parts = english.split("; ");
  return parts.every((part) => known[part]) ? parts.map((part) => known[part]).join("；") : english;
}

/** A level in a word; the long form says that it is a priority. */
export function levelWord(level, long = false) {
  if (!level) return word("unknown");
  if (level === "none") return word("level_none");
  return long ? word(level, "priority") : word(`short_${level}`);
}

export const dictionaries = { WORDS, MEDICAL };

// Words for what the scores and measures of a wearer are called; English is what the rules say.

export const CLINICAL = {
  en: {
    estimate: { acute: "acute deterioration", infection: "infection", irregular_rhythm: "irregular rhythm", low_glucose: "low glucose", diabetes: "diabetes", hypertension: "raised home blood pressure" },
    part: { oxygen: "oxygen given" },
    network: { rhythm: "heart rhythm", quality: "quality of beats", glucose: "glucose ahead", unusual: "unusual state", diabetes: "diabetes", deterioration_wearable: "death in this hospital stay", deterioration_clinical: "death in this hospital stay, with clinical values" },
  },
  zh: {
    estimate: { acute: "急性恶化", infection: "感染", irregular_rhythm: "心律不规则", low_glucose: "低血糖", diabetes: "糖尿病", hypertension: "居家血压升高" },
    network: { rhythm: "心律", quality: "心搏质量", glucose: "血糖预测", unusual: "异常状态", diabetes: "糖尿病", deterioration_wearable: "本次住院死亡风险", deterioration_clinical: "本次住院死亡风险（含临床数值）" },
    part: { consciousness: "意识", oxygen: "吸氧", pain: "疼痛" },
    finding: {
      qSOFA: "qSOFA", "shock index": "休克指数", glucose: "血糖", temperature: "体温", "heart rate at rest": "静息心率", "oxygen saturation": "血氧饱和度",
      "systolic at home": "居家收缩压", "diastolic at home": "居家舒张压", "HRV trend": "心率变异性趋势",
    },
    band: {
      "as wanted": "达标", "seek advice": "请咨询", emergency: "紧急", usual: "平常", "very slow": "很慢", slow: "慢", "somewhat fast": "稍快", fast: "快", "very fast": "很快",
      "very low": "很低", low: "低", "in range": "在范围内", high: "高", "very high": "很高", fever: "发热", "high fever": "高热", "below usual": "低于平常", raised: "升高", poor: "差",
      "not elevated": "不高", elevated: "偏高", "in the hypertension range": "达高血压范围", "on target": "达标", "off target": "未达标",
      "far below target": "远低于目标", "below target": "低于目标", "just below target": "略低于目标", "above target on air": "未吸氧时高于目标",
      "just above target on oxygen": "吸氧时略高于目标", "above target on oxygen": "吸氧时高于目标", "far above target on oxygen": "吸氧时远高于目标", negative: "阴性", positive: "阳性",
    },
  },
};

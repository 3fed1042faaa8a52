extension CodeList {
    /// 行政处罚种类, with the words that feeds use for them.
    ///
    /// 行政处罚法 (2021) art. 9.
    public static let penaltyKinds = CodeList(words: [
        "警告", "通报批评", "罚款", "没收违法所得", "没收非法财物", "暂扣许可证件", "降低资质等级", "吊销许可证件", "限制开展生产经营活动", "责令停产停业",
        "责令关闭", "限制从业", "行政拘留", "其他",
    ])

    /// 纳税人状态.
    public static let taxpayerStates = CodeList([
        "03": "正常", "04": "停业", "05": "非正常", "06": "非正常注销", "07": "注销",
    ])
}

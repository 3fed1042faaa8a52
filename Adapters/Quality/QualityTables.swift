import AdapterKit
import CreditModel
import Normalisation

/// What 质监's columns mean.
enum QualityTables {
    static let types: [String: RecordType] = [
        "ZZJGDM": organisation, "SCXKZ": licence, "CCC": certification, "JDCC": inspection,
        "XZCF": DoublePublicity.edition2018,
    ]

    /// The type of a row: two editions of the double publicity share a dataset.
    static func type(_ dataset: String, fields: [RawField]) -> RecordType? {
        if dataset == "XZCF", DoublePublicity.isEdition2016(fields) { return DoublePublicity.edition2016 }
        return types[dataset]
    }

    static let organisation = RecordType(
        key: [["机构代码"]],
        [
            Column("机构代码", .code(.org, .subject)),
            Column("统一社会信用代码", .code(.uscc, .subject)),
            Column("机构名称", .subject(.name, .subject), .fact("registration.name", .name)),
            Column("机构类型", .fact("quality.organisationType", .code(.open))),
            Column("法定代表人", .subject(.representative, .subject), .fact("registration.legalRepresentative", .person)),
            Column("地址", .subject(.address, .subject), .fact("registration.address", .address)),
            Column("行政区划", .fact("registration.district", .code(.unlisted))),
            Column("颁证日期", .from, .fact("quality.codeIssued", .date)),
            Column("有效期至", .to, .fact("quality.codeValidTo", .end)),
            Column("注册号", .code(.regno, .subject)),
            Column("状态", .fact("quality.codeState", .code(CodeList(words: ["有效", "注销", "吊销"])))),
        ]
    )

    static let licence = RecordType(
        key: [["证书编号"]],
        [
            Column("证书编号", .fact("number", .text)),
            Column("企业名称", .subject(.name, .subject)),
            Column("机构代码", .code(.org, .subject)),
            Column("统一社会信用代码", .code(.uscc, .subject)),
            Column("产品名称", .fact("product", .text)),
            Column("发证日期", .from, .fact("issued", .date)),
            Column("有效期至", .to, .fact("validTo", .end)),
            Column("状态", .fact("state", .code(CodeList(words: ["有效", "注销", "撤销", "吊销"])))),
            Column("发证机关", .fact("authority", .text)),
        ]
    )

    static let certification = RecordType(
        key: [["证书编号"]],
        [
            Column("证书编号", .fact("number", .text)),
            Column("生产企业", .subject(.name, .subject)),
            Column("机构代码", .code(.org, .subject)),
            Column("产品名称", .fact("product", .text)),
            Column("型号", .fact("model", .text)),
            Column("发证日期", .from, .fact("issued", .date)),
            Column("有效期至", .to, .fact("validTo", .end)),
            Column("状态", .fact("state", .code(CodeList(words: ["有效", "暂停", "撤销", "注销", "过期"])))),
        ]
    )

    static let inspection = RecordType(
        key: [["报告编号"]],
        victimWhere: VictimRule(column: "结果", value: "假冒"),
        [
            Column("报告编号", .fact("number", .text)),
            Column("抽查级别", .fact("level", .code(CodeList(words: ["国抽", "省抽", "市抽"])))),
            Column("产品名称", .fact("product", .text)),
            Column("商标", .fact("brand", .text)),
            Column("型号规格", .fact("model", .text)),
            Column("批号", .fact("batch", .text)),
            Column("标称生产企业", .subject(.name, .producer), .fact("producerName", .name)),
            Column("生产企业代码", .code(.orgOrUSCC, .producer)),
            Column("被抽样单位", .subject(.name, .seller), .fact("sellerName", .name)),
            Column("被抽样单位代码", .code(.orgOrUSCC, .seller)),
            Column("结果", .fact("result", .code(CodeList(words: ["合格", "不合格", "拒检", "假冒"])))),
            Column("不合格项目", .fact("failedItems", .text)),
            Column("检验机构", .fact("laboratory", .text)),
            Column("公布日期", .from, .fact("published", .date)),
        ]
    )
}

/// 双公示 行政处罚: the edition of 2018 and that of 2016, told apart by their field names.
///
/// The named fields mean the same in both; only the captions 代码_2 and 代码_3 were swapped between them.
enum DoublePublicity {
    /// `CF_CFJGDM`, or `CF_CFJG` where that is empty, or `CF_XZJG` of 2016.
    static let key = [["CF_CFJGDM", "CF_CFJG", "CF_XZJG"], ["CF_WSH"], ["CF_XDR_MC"]]

    static func isEdition2016(_ fields: [RawField]) -> Bool {
        let own: Set = ["CF_XZJG", "CF_XDR_ZDM", "CF_XDR_GSDJ", "CF_CFMC", "CF_CFLB1", "CF_JG"]
        let later: Set = ["CF_CFJG", "CF_CFJGDM", "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_XDR_LB", "CF_CFLB", "CF_NR"]
        return fields.contains { own.contains($0.name) } && !fields.contains { later.contains($0.name) }
    }

    /// Words that both editions write alike.
    private static let shared: [Column] = [
        Column("CF_XDR_MC", .subject(.name, .subject)),
        Column("CF_XDR_SHXYM", .code(.uscc, .subject)),
        Column("CF_XDR_SWDJ", .code(.tax, .subject)),
        Column("CF_WSH", .fact("decisionNumber", .documentNumber)),
        Column("CF_SY", .fact("facts", .text)),
        Column("CF_YJ", .fact("basis", .text)),
        Column("CF_JDRQ", .from),
        Column("BZ"),
        Column("CF_SYFW"),
    ]

    static let edition2018 = RecordType(
        key: key,
        shared + [
            Column("CF_XDR_LB", .fact("category", .code(CodeList(words: ["法人及非法人组织", "自然人", "个体工商户"])))),
            Column("CF_XDR_GSZC", .code(.regno, .subject)),
            Column("CF_XDR_ZZJG", .code(.org, .subject)),
            Column("CF_XDR_SYDW"), Column("CF_XDR_SHZZ"),
            Column("CF_FRDB", .subject(.representative, .subject)),
            Column("CF_FR_ZJLX"), Column("CF_FR_ZJHM", .restricted), Column("CF_FR_SFZH", .restricted),
            Column("CF_XDR_ZJLX"), Column("CF_XDR_ZJHM", .restricted),
            Column("CF_WFXW", .fact("violation", .text)),
            Column("CF_CFLB", .fact("kinds", .list(separators: ";；-", of: .penaltyKinds))),
            Column("CF_NR", .fact("content", .text)),
            Column("CF_NR_FK", .fact("fine", .money(.tenThousandYuan))),
            Column("CF_NR_WFFF", .fact("confiscated", .money(.tenThousandYuan))),
            Column("CF_NR_ZKDX", .fact("revoked", .text)),
            Column("CF_YXQ", .fact("validTo", .end)),
            Column("CF_GSJZQ", .fact("publicTo", .end)),
            Column("CF_CFJG", .fact("authority", .text)),
            Column("CF_CFJGDM", .fact("authorityCode", .code(.unlisted))),
            Column("CF_SJLY"), Column("CF_SJLYDM"), Column("SCBMBM"), Column("ADD_TIME"),
        ]
    )

    static let edition2016 = RecordType(
        key: key,
        shared + [
            Column("CF_CFMC", .fact("violation", .text)),
            Column("CF_CFLB1", .fact("kinds", .list(separators: ";；-", of: .penaltyKinds))),
            Column("CF_CFLB2", .fact("furtherKinds", .list(separators: ";；-", of: .penaltyKinds))),
            Column("CF_XDR_ZDM", .code(.org, .subject)),
            Column("CF_XDR_GSDJ", .code(.regno, .subject)),
            Column("CF_XDR_SFZ", .restricted),
            Column("CF_FR", .subject(.representative, .subject)),
            Column("CF_JG", .fact("content", .text)),
            Column("CF_XZJG", .fact("authority", .text)),
            Column("CF_ZT", .fact("state", .code(CodeList(["0": "正常", "1": "撤销", "2": "异议", "3": "其他"])))),
            Column("DFBM"), Column("SJC"),
            Column("GSQX", .fact("publicTo", .end)),
            Column("CF_AJMC", .fact("case", .text)),
            Column("CF_JZRQ", .fact("validTo", .end)),
        ]
    )
}

import AdapterKit
import CreditModel
import Normalisation

/// What 红盾's columns mean.
enum HongDunTables {
    static let types: [String: RecordType] = [
        "registration": registration, "alteration": alteration, "abnormal": abnormal, "illegal": illegal,
        "penalty": penalty,
        "online-shop": shop,
    ]

    /// Whom a row is about, in all datasets but the registration itself.
    private static let holder: [Column] = [
        Column("PRIPID", .pripid),
        Column("UNISCID", .code(.uscc, .subject)),
        Column("REGNO", .code(.regno, .subject)),
        Column("ENTNAME", .subject(.name, .subject)),
    ]

    static let registration = RecordType(
        key: [["PRIPID"]],
        [
            Column("PRIPID", .pripid),
            Column("UNISCID", .code(.uscc, .subject)),
            Column("REGNO", .code(.regno, .subject)),
            Column("ENTNAME", .subject(.name, .subject), .fact("registration.name", .name)),
            Column("OLDNAME", .subject(.formerNames, .subject), .fact("registration.formerNames", .names)),
            Column("ENTTYPE", .fact("registration.type", .code(enterpriseTypes))),
            Column("LEREP", .subject(.representative, .subject), .fact("registration.legalRepresentative", .person)),
            Column("DOM", .subject(.address, .subject), .fact("registration.address", .address)),
            Column("DOMDISTRICT", .fact("registration.district", .code(.unlisted))),
            Column("REGCAP", .fact("registration.capital", .money(.tenThousandYuan, currency: "REGCAPCUR"))),
            Column("REGCAPCUR"),
            Column("ESTDATE", .fact("registration.established", .date)),
            Column("OPFROM", .fact("registration.operatingFrom", .date)),
            Column("OPTO", .fact("registration.operatingTo", .end)),
            Column("OPSCOPE", .fact("registration.scope", .text)),
            Column("INDUSTRYCO", .fact("registration.industry", .code(.unlisted))),
            Column("REGSTATE", .fact("registration.state", .code(states))),
            Column("REGORG", .fact("registration.authority", .text)),
            Column("APPRDATE", .from, .fact("registration.approved", .date)),
            Column("PARENTPRIPID", .fact("registration.parent", .text)),
            Column("TEL", .restricted),
        ]
    )

    static let alteration = RecordType(
        key: [["PRIPID"], ["ALTITEM"], ["ALTDATE"]],
        holder + [
            Column("ALTITEM", .fact("item", .code(.unlisted))),
            Column("ALTBE", .fact("before", .text)),
            Column("ALTAF", .fact("after", .text)),
            Column("ALTDATE", .from),
        ]
    )

    static let abnormal = RecordType(
        key: [["BUSEXCLIST"]],
        holder + [
            Column("BUSEXCLIST"),
            Column("SPECAUSE", .fact("reason", .code(abnormalReasons))),
            Column("SPECAUSETEXT", .fact("reasonText", .text)),
            Column("ABNTIME", .from),
            Column("DECORG", .fact("listedBy", .text)),
            Column("REMEXCPRES", .fact("removalReason", .text)),
            Column("REMDATE", .to),
            Column("REDECORG", .fact("removedBy", .text)),
        ]
    )

    static let illegal = RecordType(
        key: [["ILLID"]],
        holder + [
            Column("ILLID"),
            Column("SERILLREA", .fact("reason", .text)),
            Column("ABNTIME", .from),
            Column("DECORG", .fact("listedBy", .text)),
            Column("REMEXCPRES", .fact("removalReason", .text)),
            Column("REMDATE", .to),
            Column("REDECORG", .fact("removedBy", .text)),
        ]
    )

    static let penalty = RecordType(
        key: [["PENDECNO"], ["PENAUTH"]],
        holder + [
            Column("PENDECNO", .fact("decisionNumber", .documentNumber)),
            Column("ILLEGACTTYPE", .fact("violation", .text)),
            Column("PENBASIS", .fact("basis", .text)),
            Column("PENTYPE", .fact("kinds", .list(of: .penaltyKinds))),
            Column("PENAM", .fact("fine", .money(.tenThousandYuan))),
            Column("FORFAM", .fact("confiscated", .money(.tenThousandYuan))),
            Column("PENAUTH", .fact("authority", .text)),
            Column("PENAUTHID", .fact("authorityCode", .code(.unlisted))),
            Column("PENDECISSDATE", .from),
            Column("PUBLICDATE", .fact("published", .date)),
            Column("SEVERITY", .fact("severity", .code(CodeList(["1": "轻微", "2": "一般", "3": "严重"])))),
        ]
    )

    static let shop = RecordType(
        key: [["SHOPID"]],
        holder + [
            Column("SHOPID"),
            Column("ANCHEYEAR", .year, .fact("year", .year)),
            Column("WEBTYPE", .fact("kind", .code(CodeList(["1": "网站", "2": "网店"])))),
            Column("WEBSITNAME", .fact("name", .text)),
            Column("DOMAIN", .fact("domain", .text)),
            Column("PLATFORM", .fact("platform", .text)),
            Column("ICP", .fact("icp", .text)),
        ]
    )

    /// 企业状态.
    static let states = CodeList([
        "K": "开业", "D": "吊销未注销", "DA": "已吊销企业备案中", "X": "注销中", "B": "变更中", "C": "撤销", "A": "备案中", "Q": "迁出",
        "Z": "歇业", "ZX": "注销",
    ])

    /// 列入经营异常名录的原因.
    static let abnormalReasons = CodeList([
        "1": "未按期公示年度报告", "2": "未在责令期限内公示即时信息", "3": "公示信息隐瞒真实情况、弄虚作假", "4": "通过登记的住所(经营场所)无法联系",
    ])

    /// 企业类型.
    static let enterpriseTypes: CodeList = {
        var labels = namedTypes
        for (codes, label) in families {
            for code in codes where labels[String(code)] == nil { labels[String(code)] = label }
        }
        return CodeList(labels)
    }()

    /// What the types of a family have in common, where one has no name of its own.
    private static let families: [(ClosedRange<Int>, String)] = [
        (1120...1124, "外商投资企业投资类"), (1210...1219, "上市"), (1220...1229, "非上市"), (2000...2290, "分公司"),
        (3500...3504, "联营"),
        (3600...3620, "事业法人"), (4000...4999, "非法人"), (5110...5190, "有限责任公司各类"), (5210...5290, "股份"),
        (5300...5390, "非公司"),
        (5400...5430, "外商投资合伙"), (5800...5899, "分支"),
    ]

    private static let namedTypes = [
        "1000": "内资公司", "1100": "有限责任公司", "1110": "国有独资", "1130": "自然人投资或控股", "1140": "国有控股", "1150": "一人有限",
        "1151": "自然人独资",
        "1152": "法人独资", "1153": "法人独资", "1190": "其他", "1200": "股份有限公司", "3100": "全民所有制", "3200": "集体", "3300": "股份制",
        "3400": "股份合作",
        "3700": "合作社", "4530": "合伙", "4531": "普通合伙", "4532": "特殊普通合伙", "4533": "有限合伙", "4540": "个人独资", "5000": "外商投资",
        "9500": "个体",
    ]
}

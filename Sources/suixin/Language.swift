internal import AdapterKit
internal import AdapterRegistry
internal import CreditModel

/// In which pages for people are written; what machines read is the same in both.
enum Language: String, Sendable {
    case chinese = "zh"
    case english = "en"

    /// The word of this language.
    func word(_ chinese: String, _ english: String) -> String { self == .chinese ? chinese : english }

    /// The heading of a part of a profile.
    func section(_ name: String) -> String { self == .chinese ? Self.sections[name] ?? name : name }

    /// The name of a field, in English as JSON has it.
    func field(_ name: String, of section: String) -> String {
        guard self == .chinese else { return name }
        return Self.special["\(section).\(name)"] ?? Self.fields[name] ?? name
    }

    /// A dataset as its agency's descriptor names it, in English as commands name it.
    func source(_ agency: String, _ dataset: String) -> String {
        self == .chinese ? self.agency(agency) + self.dataset(dataset, of: agency) : "\(agency)/\(dataset)"
    }

    /// What an agency is called for short.
    func agency(_ name: String) -> String { self == .chinese ? Self.agencies[name] ?? name : name }

    /// A dataset beside its agency's name.
    func dataset(_ name: String, of agency: String) -> String {
        guard self == .chinese else { return name }
        let descriptor = AdapterRegistry.all.map { $0.descriptor }.first { $0.id.rawValue == agency }
        return descriptor?.datasets.first { $0.id.name == name }?.title ?? name
    }

    /// The order in which people ask for the fields of a registration.
    static let order = [
        "name", "formerNames", "type", "legalRepresentative", "capital", "established", "operatingFrom", "operatingTo",
        "address", "district", "industry", "scope", "state", "authority", "approved", "parent",
    ]

    private static let agencies = ["hongdun": "红盾", "statetax": "国税", "localtax": "地税", "quality": "质监"]

    private static let sections = [
        "registration": "登记", "tax": "税务", "quality": "质量", "penalties": "行政处罚", "listings": "名录",
        "arrears": "欠税公告", "inspections": "监督抽查", "assessments": "信用等级", "licences": "许可", "certifications": "认证",
        "shops": "网站网店", "alterations": "变更", "sources": "来源",
    ]

    /// Fields that are called otherwise in one section than elsewhere.
    private static let special = [
        "registration.authority": "登记机关", "registration.state": "登记状态", "tax.authority": "主管税务机关",
        "tax.authorityCode": "税务机关代码", "tax.state": "纳税人状态", "tax.registered": "税务登记日期",
        "inspections.number": "报告编号", "licences.number": "证书编号", "certifications.number": "证书编号",
        "penalties.facts": "违法事实", "arrears.authority": "公告机关", "licences.authority": "发证机关",
        "assessments.authority": "评定机关", "penalties.authority": "处罚机关", "penalties.authorityCode": "处罚机关代码",
    ]

    private static let fields = [
        "uscc": "统一社会信用代码", "org": "组织机构代码", "regno": "注册号", "tax": "纳税人识别号",
        "name": "名称", "formerNames": "曾用名", "type": "类型", "legalRepresentative": "法定代表人", "capital": "注册资本",
        "established": "成立日期", "operatingFrom": "营业期限自", "operatingTo": "营业期限至", "address": "住所",
        "district": "行政区划", "industry": "行业", "scope": "经营范围", "state": "状态", "authority": "机关",
        "authorityCode": "机关代码", "approved": "核准日期", "parent": "隶属企业", "registered": "登记日期",
        "generalTaxpayer": "一般纳税人", "businessAddress": "生产经营地址", "organisationType": "机构类型",
        "codeIssued": "代码证颁发", "codeValidTo": "代码证有效期至", "codeState": "代码证状态",
        "item": "变更事项", "before": "变更前", "after": "变更后",
        "decisionNumber": "决定书文号", "case": "案件名称", "violation": "违法行为", "facts": "事实", "basis": "处罚依据",
        "kinds": "处罚种类", "furtherKinds": "其他种类", "fine": "罚款", "confiscated": "没收", "content": "处罚内容",
        "published": "公示日期", "severity": "严重程度", "revoked": "撤销", "validTo": "有效期至", "publicTo": "公示截止",
        "category": "类别",
        "reason": "列入原因", "reasonText": "原因说明", "listedBy": "列入机关", "removalReason": "移出原因",
        "removedBy": "移出机关", "nature": "性质", "handling": "处理情况", "inForce": "有效",
        "taxKind": "税种", "balance": "欠税余额", "newArrears": "新增欠税", "announced": "公告日期",
        "level": "抽查级别", "product": "产品", "brand": "商标", "model": "型号规格", "batch": "批号",
        "producerName": "标称生产企业", "sellerName": "被抽样单位", "result": "结论", "failedItems": "不合格项目",
        "laboratory": "检验机构", "role": "角色", "grade": "等级", "assessed": "评定日期", "number": "编号", "issued": "发证日期",
        "kind": "类型", "domain": "网址", "platform": "平台", "icp": "备案号",
    ]

    /// A value that is a word of ours and not of an agency.
    func value(_ text: String, of field: String) -> String {
        guard self == .chinese, field == "role" else { return text }
        return ["producer": "标称生产企业", "seller": "被抽样单位", "victim": "被假冒企业", "subject": "当事人"][text] ?? text
    }
}

/// The counts behind real names, read once.
struct NameTables {
    let industries = WeightedWords(NameCounts.industries, damping: 0.9)
    let first = WeightedWords(NameCounts.first, damping: 0.9)
    let second = WeightedWords(NameCounts.second, damping: 0.9)
    let surnames = WeightedWords(NameCounts.surnames)
    let given1 = WeightedWords(NameCounts.given1)
    let given2 = WeightedWords(NameCounts.given2)
    let lengths: WeightedWords
    let regions = WeightedWords(["广州市", "广州", "广州市区", "广东", "", "（广州）"], [0.6, 0.17, 0.08, 0.07, 0.02, 0.06])
    let companyForms = WeightedWords(["有限公司", "有限责任公司", "股份有限公司", "集团有限公司"], [0.84, 0.11, 0.03, 0.02])
    let otherForms = WeightedWords(["厂", "合伙企业（有限合伙）", "专业合作社", "事务所", "中心"], [0.5, 0.15, 0.15, 0.1, 0.1])
    let shopForms = WeightedWords(["店", "商店", "经营部", "商行", "档", "餐厅", "服装店", "食品店"], [3, 2, 3, 2, 1, 1, 1, 1])
    /// By district, in the order of ``SimulatedDistrict/all``.
    let roads: [WeightedWords] = NameCounts.roads.map { WeightedWords($0.roads) }

    /// - Parameter longNames: the share of trade names that have four characters instead of two, beyond the real one.
    init(longNames: Double = 0) {
        lengths = WeightedWords(["2", "3", "4"], [0.6 - longNames, 0.15, 0.25 + longNames])
    }

    /// A person's name at a point of [0, 1).
    func person(at point: Double) -> String {
        var point = point
        let surname = surnames.decode(&point)
        // 21 in 100 have one character behind the surname.
        let isShort = point < 0.21
        point = isShort ? point / 0.21 : (point - 0.21) / 0.79
        return surname + (isShort ? "" : given1.decode(&point)) + given2.decode(&point)
    }

    /// The parts of an enterprise's name at a point of [0, 1): distinct points far enough apart give distinct names.
    func name(at point: Double, kind: EnterpriseKind, district: String) -> EnterpriseName {
        var point = point
        let length = lengths.decode(&point)
        var trade = first.decode(&point) + second.decode(&point)
        if length != "2" { trade += second.decode(&point) }
        if length == "4" { trade += second.decode(&point) }
        let industry = industries.decode(&point)
        let region: String
        let form: String
        switch kind {
        case .shop:
            region = "广州市\(district)"
            form = shopForms.decode(&point)
        case .factory:
            region = "广州市\(district)"
            form = otherForms.decode(&point)
        case .company, .institution:
            region = regions.decode(&point)
            form = companyForms.decode(&point)
        }
        return EnterpriseName(
            region: region == "广州市区" ? "广州市\(district)" : region,
            trade: trade,
            industry: industry,
            form: form
        )
    }
}

/// 区划, 字号, 行业 and 组织形式.
struct EnterpriseName {
    var region: String
    var trade: String
    var industry: String
    var form: String

    var text: String {
        region == "（广州）" ? trade + region + industry + form : region + trade + industry + form
    }
}

/// What sort of thing is registered.
enum EnterpriseKind {
    /// A company, or a branch of one.
    case company
    /// 个体工商户.
    case shop
    /// A factory, partnership or co-operative.
    case factory
    /// Known to the quality office only: institutions, and firms of elsewhere.
    case institution
}

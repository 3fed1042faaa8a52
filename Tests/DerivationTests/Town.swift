import CreditModel
import CreditStore
import Crypto

/// A generator that a seed decides.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// Enterprises with about eight records each, as agencies send them: versions in no order.
struct Town {
    struct Sent {
        let dataset: DatasetID
        let version: ReceivedVersion
        /// Which enterprise it is truly about.
        let enterprise: Int
    }
    private(set) var sent: [Sent] = []
    private var random: SeededGenerator

    init(seed: UInt64, enterprises: Int) {
        random = SeededGenerator(seed: seed)
        for enterprise in 0..<enterprises { add(enterprise) }
    }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
    private mutating func day() -> Day { Day(number: Int32.random(in: 14_000..<17_600, using: &random)) }

    private mutating func add(_ enterprise: Int) {
        let organisation = String(700_000_000 + enterprise)
        let name = "广州市第\(enterprise)机电设备有限公司"
        let codes = [
            SubjectCode(Code(.uscc, "91440104\(organisation)X"), .valid),
            SubjectCode(Code(.org, organisation), .valid, within: .uscc),
        ]
        var registry = Subject(role: .subject, pripid: "P\(enterprise)", codes: codes, name: name)
        registry.representative = "人\(enterprise)"
        let taxpayer = Subject(
            role: .subject,
            codes: [
                SubjectCode(Code(.tax, "440104\(organisation)"), .unchecked),
                SubjectCode(Code(.org, organisation), .valid, within: .tax),
            ],
            name: name,
            representative: "人\(enterprise)"
        )
        let versions = chance(0.3) ? 3 : 1
        for version in 0..<versions {
            send("hongdun", "registration", "P\(enterprise)", registry, registration(name, version), enterprise)
        }
        if chance(0.1) { send("hongdun", "registration", "P\(enterprise)", registry, nil, enterprise) }
        let tax = [
            Fact("registration.name", .text(name)), Fact("tax.state", .code("03", label: "正常")),
            Fact("tax.registered", .date(.day(day()))),
        ]
        if chance(0.8) { send("statetax", "NSRXX", "440104\(organisation)", taxpayer, tax, enterprise) }
        if chance(0.8) { send("localtax", "nsr", "440104\(organisation)", taxpayer, tax, enterprise) }
        for year in 2014...2017 where chance(0.6) {
            let facts = [Fact("year", .number(Int64(year))), Fact("grade", .code("B", label: nil))]
            send("statetax", "NSRXYDJ", "440104\(organisation)|\(year)", taxpayer, facts, enterprise)
        }
        let organisationSubject = Subject(role: .subject, codes: [codes[1]], name: name)
        if chance(0.5) {
            let facts = [Fact("number", .text("XK\(enterprise)")), Fact("state", .code("有效", label: nil))]
            send("quality", "SCXKZ", "XK\(enterprise)", organisationSubject, facts, enterprise)
            if chance(0.2) { send("quality", "SCXKZ", "XK\(enterprise)", organisationSubject, nil, enterprise) }
        }
        if chance(0.2) {
            let facts = [Fact("fine", .money(Money(amount: "20000", currency: "CNY")), original: "2")]
            send("hongdun", "penalty", "罚\(enterprise)|局", registry, facts, enterprise)
        }
    }

    private func registration(_ name: String, _ version: Int) -> [Fact] {
        [
            Fact("registration.name", .text(version == 0 ? name : name + "\(version)")),
            Fact("registration.type", .code("1130", label: "有限责任公司")),
            Fact("registration.address", .text("广州市越秀区环市东路368号")), Fact("registration.legalRepresentative", .text("人")),
            Fact("registration.capital", .money(Money(amount: "5000000", currency: "CNY")), original: "500.000000"),
            Fact("registration.scope", .text("机电设备安装服务;机械配件批发;五金产品零售;电气设备修理")),
            Fact("registration.state", .code("K", label: "开业")), Fact("registration.operatingTo", .date(.open)),
        ]
    }

    /// One version; a withdrawal where there are no facts.
    private mutating func send(
        _ agency: String,
        _ dataset: String,
        _ key: String,
        _ subject: Subject,
        _ facts: [Fact]?,
        _ enterprise: Int
    ) {
        let from = day()
        let content = facts.map {
            CreditRecord(
                subjects: [subject],
                facts: $0,
                from: .day(from),
                to: dataset == "SCXKZ" ? .day(from.adding(days: 1826)) : nil
            )
        }
        let modified = LocalTime(day(), secondOfDay: Int.random(in: 0..<86_400, using: &random))
        let text = ShortDigest.text(of: sha256(Array("\(agency)/\(dataset)/\(key)/\(sent.count)".utf8)))
        let version = RecordVersion(
            digest: VersionDigest(text: text),
            operation: facts == nil ? .withdrawal : .record,
            modified: modified,
            sequence: 0,
            content: content
        )
        sent.append(
            Sent(
                dataset: DatasetID(AgencyID(rawValue: agency), dataset),
                version: ReceivedVersion(
                    key: RecordKey(text: key),
                    hasRestrictedKey: false,
                    version: version,
                    original: [],
                    place: RowPlace(document: "page", row: 1, line: 1)
                ),
                enterprise: enterprise
            )
        )
    }
}

@Sendable func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

extension CreditStore {
    func take(_ sent: some Sequence<Town.Sent>) throws {
        for one in sent {
            _ = try commit(StoreBatch(dataset: one.dataset, run: "run", receivedAt: 0, versions: [one.version]))
        }
    }
}

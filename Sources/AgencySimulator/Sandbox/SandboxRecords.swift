internal import CreditModel

/// What the agencies hold of the test enterprises when a sandbox begins.
///
/// Written by the writers of the invented population, without dirt and under a seed of their own.
struct SandboxRecords {
    private static let maker = LifeMaker(seed: 0x5A9D_B0C5, count: 1000, rates: Rates(.none))
    /// 天河区.
    private static let district = 3

    let enterprise: TestEnterprise
    /// Its index in the population.
    let index: Int

    var events: [SimulatedEvent] {
        var writer = RecordWriter(maker: Self.maker, life: life)
        writer.writeRegistration()
        writer.writeAlterations()
        writer.writeTaxpayer()
        var events = writer.ledger.events
        let identity = RegistryIdentity(of: enterprise)
        for number in 0..<enterprise.penalties {
            let on = Calendar.day(2017, 9, 4 + number)
            events.append(event("penalty", identity.penalty(1000 * enterprise.number + number, on: on), on))
        }
        if enterprise.isListed {
            let on = Calendar.day(2017, 7, 10)
            events.append(event("abnormal", identity.listing("YCSB\(padded(enterprise.number, 7))", on: on), on))
        }
        return events.map { event in
            var event = event
            event.about = event.about.map { (index, $0.role) }
            return event
        }
    }

    private func event(_ dataset: String, _ fields: [RawField], _ day: Day) -> SimulatedEvent {
        SandboxRow(DatasetID(.hongdun, dataset), fields).event(
            .insert,
            at: LocalTime(day.adding(days: 1), secondOfDay: 36_000),
            about: index
        )
    }

    private var life: Life {
        let number = enterprise.number
        let established = Calendar.day(2016, 3, 1 + number)
        let renamed = Calendar.day(2017, 5, 15)
        var names = [(name: enterprise.former ?? enterprise.title, from: established)]
        if enterprise.former != nil { names.append((enterprise.title, renamed)) }
        return Life(
            index: 500 + number,
            seed: Self.maker.seed,
            kind: .company,
            isRegistered: true,
            enterpriseType: "1130",
            established: established,
            ended: enterprise.isRevoked ? Calendar.day(2018, 1, 22) : nil,
            endState: enterprise.isRevoked ? "D" : "K",
            pripid: enterprise.pripid,
            regno: enterprise.regno,
            org: enterprise.org,
            uscc: enterprise.uscc,
            usccFrom: established,
            taxNumbers: [(enterprise.uscc, established)],
            names: names,
            representatives: [(Self.people[number % Self.people.count], established)],
            addresses: [("广州市天河区沙箱路\(number * 10 + 1)号\(number + 100)房", Self.district, established)],
            capitals: [(100 + number, established)],
            scope: "批发业；零售业。（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
            industry: "5164",
            phone: "020-0000" + padded(number, 4)
        )
    }

    private static let people = [
        "林安然", "黄启明", "陈思远", "梁嘉宁", "何文博", "吴雨桐", "周子航", "郑晓岚", "谢若松", "许知行", "冯静姝", "曾望舒", "彭以宁",
    ]
}

/// The columns by which 红盾's rows say whom they are about.
struct RegistryIdentity {
    var pripid: String
    var uscc: String
    var regno: String
    var name: String

    init(of enterprise: TestEnterprise) {
        (pripid, uscc, regno) = (enterprise.pripid, enterprise.uscc, enterprise.regno)
        name = enterprise.title
    }

    /// As a registration's row says.
    init(_ row: SandboxRow) {
        (pripid, uscc, regno) = (row["PRIPID"], row["UNISCID"], row["REGNO"])
        name = row["ENTNAME"]
    }

    var fields: [RawField] {
        [
            RawField("PRIPID", pripid), RawField("UNISCID", uscc), RawField("REGNO", regno), RawField("ENTNAME", name),
        ]
    }

    func penalty(_ number: Int, on day: Day) -> [RawField] {
        fields + [
            RawField("PENDECNO", "穗沙箱处字〔\(day.components.year)〕\(number)号"), RawField("ILLEGACTTYPE", "虚假宣传"),
            RawField("PENBASIS", "《中华人民共和国广告法》第五十五条"), RawField("PENTYPE", "罚款"), RawField("PENAM", "1"),
            RawField("FORFAM", ""), RawField("PENAUTH", Self.office), RawField("PENAUTHID", "1144010000704"),
            RawField("PENDECISSDATE", day.description), RawField("PUBLICDATE", day.adding(days: 7).description),
            RawField("SEVERITY", "2"),
        ]
    }

    func listing(_ key: String, on day: Day) -> [RawField] {
        [RawField("BUSEXCLIST", key)] + fields + [
            RawField("SPECAUSE", "4"), RawField("SPECAUSETEXT", "通过登记的住所或者经营场所无法联系"),
            RawField("ABNTIME", day.description), RawField("DECORG", Self.office), RawField("REMEXCPRES", ""),
            RawField("REMDATE", ""), RawField("REDECORG", ""),
        ]
    }

    func alteration(_ item: String, from before: String, to after: String, on day: Day) -> [RawField] {
        fields + [
            RawField("ALTITEM", item), RawField("ALTBE", before), RawField("ALTAF", after),
            RawField("ALTDATE", day.description),
        ]
    }

    static let office = "广州市天河区市场监督管理局"
}

/// A row of an agency's table, as it is sent.
struct SandboxRow: Sendable {
    let dataset: DatasetID
    let key: RecordKey
    var fields: [RawField]

    /// A row that was sent.
    init(_ event: SimulatedEvent) { (dataset, key, fields) = (event.dataset, event.key, event.fields) }

    /// A new row; its key is what its fields say.
    init(_ dataset: DatasetID, _ fields: [RawField]) {
        let names = DatasetShape.all.first { $0.id == dataset }?.keyFields ?? []
        self.dataset = dataset
        self.fields = fields
        key = RecordKey(names.map { name in fields.first { $0.name == name }?.text ?? "" })
    }

    /// The text of a field; empty where the row has none of that name.
    subscript(name: String) -> String {
        get { fields.first { $0.name == name }?.text ?? "" }
        set {
            if let place = fields.firstIndex(where: { $0.name == name }) {
                fields[place].text = newValue
            } else {
                fields.append(RawField(name, newValue))
            }
        }
    }

    func event(_ change: SimulatedEvent.Change, at time: LocalTime, about enterprise: Int) -> SimulatedEvent {
        SimulatedEvent(
            dataset: dataset,
            key: key,
            change: change,
            visible: time,
            modified: time,
            fields: fields,
            about: [(enterprise, .subject)]
        )
    }
}

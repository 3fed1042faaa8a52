internal import CreditModel
internal import ServiceKit

/// Turns acts into what the agencies publish of them on one day.
struct SandboxStage {
    private(set) var population: SandboxPopulation
    private let day: Day
    private var time: LocalTime

    init(_ population: SandboxPopulation, on day: Day) {
        self.population = population
        self.day = day
        time = LocalTime(day, secondOfDay: 43_200)
    }

    mutating func perform(_ act: SandboxAct) throws(SandboxRefusal) {
        population.acts += 1
        // Each act has its minute: what comes later in the order is the newer word.
        time = LocalTime(seconds: time.seconds + 60)
        switch act {
        case .penalise(let name):
            let (index, row) = try registered(name)
            let number = 900_000 + population.acts
            publish(.insert, SandboxRow(.hongdun("penalty"), RegistryIdentity(row).penalty(number, on: day)), index)
        case .list(let name):
            let (index, row) = try registered(name)
            let key = "YCSB9" + padded(population.acts, 6)
            publish(.insert, SandboxRow(.hongdun("abnormal"), RegistryIdentity(row).listing(key, on: day)), index)
        case .delist(let name): try delist(registered(name).index)
        case .revoke(let name): try change(name, state: "D")
        case .cancel(let name): try change(name, state: "ZX")
        case .restore(let name): try change(name, state: "K")
        case .rename(let name, let title): try rename(name, to: title)
        case .withdraw(let name, let dataset): try withdraw(name, dataset)
        case .merge(let name, let other): try merge(name, into: other)
        case .split(let name): try split(name)
        case .lateSource(let agency): population.silence(try known(agency), true)
        case .recoverSource(let agency): population.silence(try known(agency), false)
        case .advanceDay: break
        }
    }

    // MARK: Rows

    private mutating func publish(_ change: SimulatedEvent.Change, _ row: SandboxRow, _ enterprise: Int) {
        population.acted[enterprise, default: []].append(row.event(change, at: time, about: enterprise))
    }

    /// What the agencies show of an enterprise, this day's acts included.
    private func rows(_ enterprise: Int) -> [SandboxRow] {
        var now = population
        now.day = day
        return now.rows(of: enterprise)
    }

    private func registration(_ enterprise: Int) -> SandboxRow? {
        rows(enterprise).last { $0.dataset == .hongdun("registration") }
    }

    /// The registration of whom a name means; of who was taken over, the other's.
    private func registered(_ name: String) throws(SandboxRefusal) -> (index: Int, row: SandboxRow) {
        var index = try population.index(of: name)
        var steps = 0
        while let other = population.absorbed[index]?.by, steps < 100 {
            index = other
            steps += 1
        }
        guard let row = registration(index) else {
            throw SandboxRefusal(
                .state,
                "The registry shows no registration of this enterprise at present.",
                "登记机关目前没有该企业的登记记录。"
            )
        }
        return (index, row)
    }

    private func known(_ agency: String) throws(SandboxRefusal) -> String {
        let names = TableBuilder.agencies.map(\.rawValue)
        guard names.contains(agency) else {
            let list = names.joined(separator: ", ")
            throw SandboxRefusal(.form, "source is one of \(list).", "source 为 \(list) 之一。")
        }
        return agency
    }

    // MARK: Acts

    private mutating func change(_ name: String, state: String) throws(SandboxRefusal) {
        var (index, row) = try registered(name)
        row["REGSTATE"] = state
        row["APPRDATE"] = day.description
        publish(.update, row, index)
    }

    private mutating func delist(_ enterprise: Int) throws(SandboxRefusal) {
        let open = rows(enterprise).last { $0.dataset == .hongdun("abnormal") && Day($0["REMDATE"]) == nil }
        guard var row = open else {
            throw SandboxRefusal(.state, "The enterprise is on no list.", "该企业不在名录中。")
        }
        row["REMEXCPRES"] = "提供证明可以通过登记住所取得联系"
        row["REMDATE"] = day.description
        row["REDECORG"] = RegistryIdentity.office
        publish(.update, row, enterprise)
    }

    private mutating func rename(_ name: String, to title: String) throws(SandboxRefusal) {
        var (index, row) = try registered(name)
        let before = row["ENTNAME"]
        guard before != title else {
            throw SandboxRefusal(.state, "The enterprise is called that already.", "该企业已是这个名称。")
        }
        row["OLDNAME"] = row["OLDNAME"].isEmpty ? before : row["OLDNAME"] + ";" + before
        row["ENTNAME"] = title
        row["APPRDATE"] = day.description
        publish(.update, row, index)
        let identity = RegistryIdentity(row)
        publish(
            .insert,
            SandboxRow(.hongdun("alteration"), identity.alteration("名称变更", from: before, to: title, on: day)),
            index
        )
        for var taxpayer in rows(index) where ["NSRXX", "nsr"].contains(taxpayer.dataset.name) {
            taxpayer[taxpayer.dataset.name == "nsr" ? "nsrmc" : "NSRMC"] = title
            publish(.update, taxpayer, index)
        }
    }

    private mutating func withdraw(_ name: String, _ dataset: String?) throws(SandboxRefusal) {
        let (index, _) = try registered(name)
        let wanted = dataset.map { [$0] } ?? ["penalty", "abnormal", "illegal"]
        let kinds = DatasetShape.of(.hongdun).map(\.id.name)
        guard wanted.allSatisfy(kinds.contains) else {
            let list = kinds.joined(separator: ", ")
            throw SandboxRefusal(.form, "dataset is one of \(list).", "dataset 为 \(list) 之一。")
        }
        let row = rows(index).last { $0.dataset.agency == .hongdun && wanted.contains($0.dataset.name) }
        guard let row else {
            throw SandboxRefusal(
                .state,
                "There is no such record of the enterprise to withdraw.",
                "该企业没有可撤回的此类记录。"
            )
        }
        publish(.delete, row, index)
    }

    /// The registry takes the one's registration back and goes on with its other records under the other's codes.
    private mutating func merge(_ name: String, into other: String) throws(SandboxRefusal) {
        let (index, own) = try registered(name)
        let (target, registration) = try registered(other)
        guard index != target else {
            throw SandboxRefusal(.state, "Both are one enterprise already.", "两者已是同一企业。")
        }
        let rows = rows(index)
        var identity = RegistryIdentity(registration)
        identity.pripid = own["PRIPID"]
        for row in rows {
            if row.dataset == .hongdun("registration") || row.dataset.agency != .hongdun {
                publish(.delete, row, index)
            } else {
                var moved = row
                for field in identity.fields { moved[field.name] = field.text }
                publish(.update, moved, index)
            }
        }
        let note = identity.alteration("吸收合并", from: own["ENTNAME"], to: identity.name, on: day)
        publish(.insert, SandboxRow(.hongdun("alteration"), note), index)
        population.absorbed[index] = (target, rows)
    }

    /// The one that was taken over has its registration and its records again.
    private mutating func split(_ name: String) throws(SandboxRefusal) {
        let asked = try population.index(of: name)
        let taken = population.absorbed.filter { $0.value.by == asked }.keys.max()
        guard let index = population.absorbed[asked] == nil ? taken : asked,
            let before = population.absorbed.removeValue(forKey: index)
        else {
            throw SandboxRefusal(.state, "The enterprise was joined to no other.", "该企业未与其他企业合并。")
        }
        let keys = Set(before.rows.map { "\($0.dataset) \($0.key.text)" })
        for row in rows(index) where !keys.contains("\(row.dataset) \(row.key.text)") { publish(.delete, row, index) }
        for row in before.rows { publish(.update, row, index) }
    }
}

extension DatasetID {
    /// A dataset of the registry.
    static func hongdun(_ name: String) -> DatasetID { DatasetID(.hongdun, name) }
}

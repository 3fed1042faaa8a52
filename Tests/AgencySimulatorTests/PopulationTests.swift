import AgencySimulator
import CreditModel
import Testing

@Suite("A simulated population")
struct PopulationTests {
    private func population(_ count: Int, _ rates: DirtRates = .standard, seed: UInt64 = 7) throws
        -> SimulatedPopulation
    {
        try SimulatedPopulation(seed: seed, enterprises: count, rates: rates)
    }

    @Test("The same seed gives the same events in whatever order they are asked for")
    func purity() throws {
        let one = try population(500)
        let other = try population(500)
        let forwards = (0..<100).map { one.events(of: $0) }
        let backwards = (0..<100).reversed().map { other.events(of: $0) }
        #expect(forwards == backwards.reversed())
        #expect(try population(500, seed: 8).events(of: 3) != forwards[3])
    }

    @Test("A population may be as small as can be", arguments: 1...50)
    func small(_ count: Int) throws {
        for seed in UInt64(1)...5 {
            let some = try population(count, seed: seed)
            #expect((0..<count).contains { !some.events(of: $0).isEmpty })
        }
    }

    @Test("Every dataset of every agency has records")
    func datasets() throws {
        let some = try population(3_000)
        var seen: Set<String> = []
        for index in 0..<3_000 { for event in some.events(of: index) { seen.insert(event.dataset.description) } }
        #expect(
            seen.sorted() == [
                "hongdun/abnormal", "hongdun/alteration", "hongdun/illegal", "hongdun/online-shop", "hongdun/penalty",
                "hongdun/registration", "localtax/cf", "localtax/fzc", "localtax/nsr", "localtax/qs", "quality/CCC",
                "quality/JDCC",
                "quality/SCXKZ", "quality/XZCF", "quality/ZZJGDM", "statetax/NSRXX", "statetax/NSRXYDJ",
                "statetax/QSGG",
                "statetax/ZDSSWF",
            ]
        )
    }

    @Test("No two enterprises share a key, and no key has an empty part or blanks at its ends")
    func keys() throws {
        var rates = DirtRates.standard
        try rates.set("test", 0.02)
        let some = try population(2_000, rates)
        var owners: [String: Int] = [:]
        for index in 0..<2_000 {
            for event in some.events(of: index) {
                let owner = event.isTest ? -index - 1 : index
                let previous = owners.updateValue(owner, forKey: "\(event.dataset) \(event.key.text)")
                #expect(previous == nil || previous == owner, "\(event.dataset) \(event.key.text)")
                for part in event.key.parts {
                    #expect(!part.isEmpty && part.first?.isWhitespace == false && part.last?.isWhitespace == false)
                }
            }
        }
    }

    @Test("The key is what the row's fields say")
    func keyFields() throws {
        let fields = [
            "registration": ["PRIPID"], "alteration": ["PRIPID", "ALTITEM", "ALTDATE"], "abnormal": ["BUSEXCLIST"],
            "illegal": ["ILLID"],
            "penalty": ["PENDECNO", "PENAUTH"], "online-shop": ["SHOPID"], "NSRXX": ["NSRSBH"],
            "NSRXYDJ": ["NSRSBH", "PDND"],
            "QSGG": ["NSRSBH", "SZ", "GGRQ"], "ZDSSWF": ["AJBH"], "nsr": ["nsrsbh"], "fzc": ["nsrsbh", "rdrq"],
            "qs": ["nsrsbh", "sz", "ggrq"], "cf": ["wsh"], "ZZJGDM": ["机构代码"], "SCXKZ": ["证书编号"], "CCC": ["证书编号"],
            "JDCC": ["报告编号"],
        ]
        let some = try population(1_000)
        for index in 0..<1_000 {
            for event in some.events(of: index) {
                let values = Dictionary(event.fields.map { ($0.name, $0.text) }) { a, _ in a }
                var names = fields[event.dataset.name] ?? []
                if event.dataset.name == "XZCF" {
                    let authority =
                        values["CF_CFJGDM"] == nil
                        ? "CF_XZJG" : values["CF_CFJGDM"] == "" ? "CF_CFJG" : "CF_CFJGDM"
                    names = [authority, "CF_WSH", "CF_XDR_MC"]
                }
                #expect(names.map { values[$0] ?? "" } == event.key.parts)
            }
        }
    }

    @Test(
        "No second of any dataset holds more than a thousand rows, and nothing is seen before its agency's system ran"
    )
    func seconds() throws {
        let some = try population(3_000)
        var rows: [String: Int] = [:]
        for index in 0..<3_000 {
            for event in some.events(of: index) {
                rows["\(event.dataset) \(event.visible)", default: 0] += event.isDoubled ? 2 : 1
                #expect(event.visible.day > Calendar2012 && event.visible.day <= Calendar2020)
                #expect(event.modified <= event.visible)
            }
        }
        #expect(rows.values.max() ?? 0 <= 1_000)
        // A batch is felt: some second holds many.
        #expect(rows.values.max() ?? 0 > 20)
    }

    @Test("At a million enterprises, too, no second holds more than a thousand rows")
    func secondsOfAMillion() throws {
        // So few of the million that two of them seldom meet in a second; how often they do tells how dense it is.
        let (drawn, all) = (3_000, 1_000_000.0)
        let some = try population(1_000_000)
        var seconds: [String: [LocalTime: Double]] = [:]
        for index in 0..<drawn {
            for event in some.events(of: index) {
                let month = "\(event.dataset) \(event.visible.day.description.prefix(7))"
                seconds[month, default: [:]][event.visible, default: 0] += event.isDoubled ? 2 : 1
            }
        }
        var densest = 0.0
        for counts in seconds.values {
            let rows = counts.values.reduce(0, +)
            guard rows >= 200 else { continue }
            // Of a pair of rows, the share that meets, without the pairs that are one row twice.
            let meetings = counts.values.reduce(0) { $0 + $1 * ($1 - 1) } - 2 * 0.02 * rows
            densest = max(densest, max(0, meetings) / rows * all / Double(drawn))
        }
        // A batch is some hundred rows a second, so a thousand are out of reach of chance.
        #expect(20...500 ~= densest, "\(densest)")
    }

    @Test("Every state, item and value of the lists occurs")
    func variety() throws {
        var found: [String: Set<String>] = [:]
        let wanted: [String: Set<String>] = [
            "REGSTATE": ["K", "D", "DA", "X", "B", "A", "C", "Q", "Z", "ZX"],
            "NSRZT_DM": ["03", "04", "05", "06", "07"],
            "nsrzt": ["03", "04", "05", "06", "07"], "REGCAPCUR": ["156", "344", "840"],
            "ALTITEM": ["名称变更", "法定代表人变更", "住所变更", "注册资本变更", "经营范围变更", "类型变更", "营业期限变更", "登记机关变更", "联络员变更"],
            "SPECAUSE": ["1", "2", "3", "4"], "SEVERITY": ["", "1", "2", "3"], "WEBTYPE": ["1", "2"],
            "XYDJ": ["A", "B", "C", "D", "M"], "YBNSR": ["Y", "N"], "抽查级别": ["国抽", "省抽", "市抽"],
            "结果": ["合格", "不合格", "拒检", "假冒"],
            "ZZJGDM/状态": ["有效", "注销", "吊销"], "SCXKZ/状态": ["有效", "注销", "撤销", "吊销"],
            "CCC/状态": ["有效", "暂停", "撤销", "注销", "过期"], "LEREP": [""],
        ]
        let some = try population(4_000)
        for index in 0..<4_000 {
            for event in some.events(of: index) {
                for field in event.fields {
                    let name = field.name == "状态" ? "\(event.dataset.name)/状态" : field.name
                    if wanted[name] != nil { found[name, default: []].insert(field.text) }
                }
            }
        }
        for (name, values) in wanted { #expect(values.subtracting(found[name] ?? []).isEmpty, "\(name)") }
    }

    @Test("USCCs occur only in rows of October 2015 or later, and 3 in 10 older enterprises have none by June 2018")
    func codes() throws {
        let some = try population(4_000, .none)
        let codesStart = try #require(Day(year: 2015, month: 10, day: 1))
        let today = try #require(Day(year: 2018, month: 6, day: 1))
        var older = 0
        var without = 0
        for index in 0..<4_000 {
            var latest: SimulatedEvent?
            for event in some.events(of: index) where event.dataset.name == "registration" {
                let code = event.fields.first { $0.name == "UNISCID" }?.text ?? ""
                #expect(code.isEmpty || event.visible.day >= codesStart)
                if event.visible.day < today { latest = event }
            }
            guard let latest, let founded = latest.fields.first(where: { $0.name == "ESTDATE" })?.text else { continue }
            if try #require(Day(founded)) < codesStart {
                older += 1
                if latest.fields.contains(where: { $0.name == "UNISCID" && $0.text.isEmpty }) { without += 1 }
            }
        }
        let share = Double(without) / Double(older)
        #expect(0.27...0.33 ~= share, "\(share)")
    }

    @Test("A month brings changes to 2 to 3 in 100 records")
    func monthly() throws {
        let some = try population(3_000)
        let from = try #require(Day(year: 2018, month: 6, day: 1))
        let to = try #require(Day(year: 2018, month: 7, day: 1))
        var known: Set<String> = []
        var rows = 0
        for index in 0..<3_000 {
            for event in some.events(of: index) {
                if event.visible.day < from {
                    known.insert("\(event.dataset) \(event.key.text)")
                } else if event.visible.day < to {
                    rows += 1
                }
            }
        }
        let share = Double(rows) / Double(known.count)
        #expect(0.02...0.03 ~= share, "\(share), \(known.count) records")
    }
}

private let Calendar2012 = Day(number: 15_340)
private let Calendar2020 = Day(number: 18_627)

import AgencySimulator
import CreditModel
import FoundationEssentials
import Testing

/// A kind of dirt is measured against the same population without it: the draws of all else stay where they are.
@Suite("The dirt of a simulated population")
struct PopulationDirtTests {
    private static let codeFields: Set<String> = [
        "SHXYDM", "NSRSBH", "nsrsbh", "ZZJGDM", "统一社会信用代码", "机构代码", "注册号", "生产企业代码", "被抽样单位代码", "CF_XDR_SHXYM",
        "CF_XDR_GSZC", "CF_XDR_ZZJG", "CF_XDR_SWDJ", "CF_XDR_ZDM", "CF_XDR_GSDJ",
    ]
    private static let nameFields: Set<String> = [
        "ENTNAME", "NSRMC", "nsrmc", "机构名称", "企业名称", "生产企业", "标称生产企业", "被抽样单位", "CF_XDR_MC",
    ]
    private static let untouched: Set<String> = ["PRIPID", "UNISCID", "REGNO"]

    struct Kind: Sendable, CustomTestStringConvertible {
        var name: String
        var rate: Double
        var isCode = false
        var isName = false
        /// Where it may occur, if not in all codes or names.
        var fields: Set<String> = []
        var eligible: @Sendable (String) -> Bool = { _ in true }
        var testDescription: String { name }
    }
    static let kinds = [
        Kind(name: "fullWidth", rate: 0.3, isCode: true, isName: true) {
            $0.utf8.contains { 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 }
        },
        Kind(name: "lowerCase", rate: 0.3, isCode: true) { $0.utf8.contains { 0x41...0x5A ~= $0 } },
        Kind(name: "wrongCharacter", rate: 0.2, isCode: true), Kind(name: "swapped", rate: 0.2, isCode: true),
        Kind(name: "masked", rate: 0.2, isCode: true) { $0.utf8.count > 12 },
        Kind(name: "typo", rate: 0.2, isName: true),
        Kind(name: "blanks", rate: 0.2, isName: true),
        Kind(name: "brackets", rate: 0.3, isName: true) { $0.contains("（") },
        Kind(name: "outsideGBK", rate: 0.2, isName: true),
        Kind(name: "traditional", rate: 0.2, isName: true) { $0.contains("广") },
        Kind(name: "shortForm", rate: 0.2, isName: true) { $0.contains("有限责任公司") },
        Kind(name: "missingTaxUSCC", rate: 0.85, fields: ["SHXYDM"]),
        Kind(name: "missingQualityUSCC", rate: 0.6, fields: ["统一社会信用代码"]),
        Kind(name: "wrongColumn", rate: 0.2, fields: ["SHXYDM", "统一社会信用代码"]),
        Kind(name: "nullMarker", rate: 0.2, fields: ["OLDNAME", "OPTO", "REMDATE", "BZ"]),
        Kind(name: "yuan", rate: 0.3, fields: ["REGCAP", "PENAM", "FORFAM", "CF_NR_FK", "CF_NR_WFFF"]),
        Kind(name: "dateForm", rate: 0.3, fields: ["ESTDATE", "DJRQ", "djrq", "颁证日期"]),
    ]

    private static let clean = Result {
        let some = try SimulatedPopulation(seed: 5, enterprises: 800, rates: .none)
        return (0..<some.count).map { some.events(of: $0) }
    }

    @Test("Each kind befalls the share that is set, and 红盾's codes never", arguments: kinds)
    func shares(_ kind: Kind) throws {
        var rates = DirtRates.none
        try rates.set(kind.name, kind.rate)
        let clean = try Self.clean.get()
        let dirty = try SimulatedPopulation(seed: 5, enterprises: clean.count, rates: rates)
        var eligible = 0
        var struck = 0
        for (index, before) in clean.enumerated() {
            let after = dirty.events(of: index)
            #expect(before.count == after.count)
            for (a, b) in zip(before, after) where a.change == .insert {
                for (was, now) in zip(a.fields, b.fields) {
                    if Self.untouched.contains(was.name) { #expect(was == now) }
                    let concerned =
                        kind.fields.contains(was.name) || kind.isCode && Self.codeFields.contains(was.name)
                        || kind.isName && Self.nameFields.contains(was.name)
                    guard concerned, was.text.isEmpty == (kind.name == "nullMarker"), kind.eligible(was.text) else {
                        continue
                    }
                    eligible += 1
                    if was.text != now.text { struck += 1 }
                }
            }
        }
        let share = Double(struck) / Double(eligible)
        // A blank at the end of a key goes, and a few names have nothing to mistake; of few, chance may do more.
        let room = max(0.12, 3 / (kind.rate * Double(eligible)).squareRoot())
        #expect(abs(share / kind.rate - 1) <= room, "\(share) of \(eligible)")
    }

    @Test("Rows come twice, overtaken, unreadable and as tests in the shares that are set")
    func rows() throws {
        var rates = DirtRates.none
        for (name, rate) in [("doubled", 0.2), ("overtaken", 0.1), ("unreadable", 0.1), ("test", 0.1)] {
            try rates.set(name, rate)
        }
        let some = try SimulatedPopulation(seed: 6, enterprises: 3_000, rates: rates)
        var (all, doubled, unreadable, tests, overtakable, overtaken) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for index in 0..<3_000 {
            for event in some.events(of: index) {
                all += 1
                if event.isDoubled { doubled += 1 }
                if event.isTest {
                    tests += 1
                    #expect(event.about.isEmpty)
                    #expect(event.fields.contains { $0.text.hasPrefix("测试") })
                }
                if event.isUnreadable {
                    unreadable += 1
                    #expect(event.fields.contains { $0.text.contains("&") })
                }
                guard event.dataset.agency == .hongdun || event.dataset.agency == .quality else {
                    #expect(event.modified == event.visible)
                    continue
                }
                if event.modified == event.visible { overtakable += 1 } else { overtaken += 1 }
            }
        }
        #expect(0.18...0.22 ~= doubled / all)
        #expect(0.09...0.11 ~= unreadable / all)
        #expect(0.085...0.115 ~= tests / (all - tests), "\(tests / all)")
        #expect(0.09...0.11 ~= overtaken / overtakable)
    }

    @Test("Records come late, and tax offices use another division, in the shares that are set")
    func shifts() throws {
        var rates = DirtRates.none
        try rates.set("late", 0.2)
        try rates.set("otherDivision", 0.2)
        let clean = try SimulatedPopulation(seed: 5, enterprises: 2_000, rates: .none)
        let dirty = try SimulatedPopulation(seed: 5, enterprises: 2_000, rates: rates)
        let settled = try #require(Day(year: 2014, month: 9, day: 1))
        let today = try #require(Day(year: 2020, month: 6, day: 1))
        let batches = ["NSRXYDJ", "online-shop"]
        var (published, late, numbers, moved) = (0.0, 0.0, 0.0, 0.0)
        for index in 0..<2_000 {
            let before = clean.events(of: index).filter { $0.change == .insert && $0.visible.day < today }
            for (a, b) in zip(before, dirty.events(of: index).filter { $0.change == .insert })
            where a.visible.day > settled && a.dataset == b.dataset && !batches.contains(a.dataset.name) {
                published += 1
                if a.visible != b.visible { late += 1 }
            }
            let (is15, other) = (
                clean.truth(of: index, on: today).tax.first ?? "", dirty.truth(of: index, on: today).tax.first ?? ""
            )
            guard is15.utf8.count == 15, clean.truth(of: index, on: today).org.contains(where: is15.hasSuffix) else {
                continue
            }
            numbers += 1
            if is15 != other { moved += 1 }
        }
        #expect(0.18...0.22 ~= late / published, "late \(late / published)")
        #expect(0.18...0.22 ~= moved / numbers, "moved \(moved / numbers)")
    }

    @Test("A wrong or swapped character leaves no code that any check accepts")
    func invalid() throws {
        var rates = DirtRates.none
        try rates.set("wrongCharacter", 1)
        let clean = try SimulatedPopulation(seed: 5, enterprises: 800, rates: .none)
        let wrong = try SimulatedPopulation(seed: 5, enterprises: 800, rates: rates)
        var truths: Set<String> = []
        for index in 0..<800 {
            let truth = clean.truth(of: index, on: Day(number: 17_683))
            truths.formUnion(truth.uscc + truth.org + truth.regno + truth.tax)
        }
        for index in 0..<800 {
            for event in wrong.events(of: index) {
                for field in event.fields where Self.codeFields.contains(field.name) {
                    #expect(!truths.contains(field.text), "\(field)")
                }
            }
        }
    }

    @Test("Codes of clean rows are the truth's, and each enterprise has its own")
    func truth() throws {
        let some = try SimulatedPopulation(seed: 9, enterprises: 3_000, rates: .none)
        let day = Day(number: 17_683)
        var holders: [String: Int] = [:]
        for index in 0..<3_000 {
            let truth = some.truth(of: index, on: day)
            for code in Set(truth.uscc + truth.org + truth.regno + truth.tax) {
                #expect(holders.updateValue(index, forKey: code) == nil, "\(code)")
            }
            for event in some.events(of: index) where event.visible.day < day {
                #expect(event.about.allSatisfy { 0..<3_000 ~= $0.enterprise })
                for field in event.fields where field.name == "NSRSBH" || field.name == "nsrsbh" {
                    #expect(truth.tax.contains(field.text))
                }
                for field in event.fields where field.name == "UNISCID" && !field.text.isEmpty {
                    #expect(truth.uscc == [field.text])
                }
            }
        }
    }
}

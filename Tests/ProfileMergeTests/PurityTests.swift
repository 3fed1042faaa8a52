import CreditModel
import ProfileMerge
import Resolution
import Testing

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

@Suite("A profile is a pure function of record versions, decision, policy and day")
struct PurityTests {
    /// A random enterprise: records of every dataset with several versions each.
    private static func rows(seed: UInt64) -> [Row] {
        var random = SeededGenerator(seed: seed)
        func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
        func day() -> String { Day(number: Int32(number(12_000..<17_500))).description }
        let attributes: [DatasetID] = [.registration, .ZZJGDM, .NSRXX, .nsr]
        let lists: [DatasetID] = [.alteration, .abnormal, .penalty, .QSGG, .fzc, .cf, .SCXKZ, .CCC, .XZCF]
        return (0..<number(1..<15)).map { index in
            let isAttribute = number(0..<2) == 0
            var row = Row(
                isAttribute ? attributes[number(0..<4)] : lists[number(0..<9)],
                "K\(index)",
                name: "名\(index)"
            )
            for version in 0..<number(1..<5) {
                let facts =
                    isAttribute
                    ? [named("名\(number(0..<4))"), Fact("tax.state", .code("0\(number(3..<6))", label: nil))]
                    : [
                        Fact("item", .code("名称变更", label: nil)), Fact("before", .text("名\(number(0..<4))")),
                        Fact("after", .text("名\(number(0..<4))")),
                        Fact("state", .code(number(0..<2) == 0 ? "有效" : "注销", label: nil)),
                    ]
                row = row.saying(
                    facts,
                    from: number(0..<5) == 0 ? nil : day(),
                    to: number(0..<2) == 0 ? nil : day(),
                    modified: day(),
                    sequence: Int64(version)
                )
                if number(0..<8) == 0 { row = row.withdrawn(modified: day(), sequence: Int64(version)) }
            }
            return row
        }
    }

    @Test("Any order of records and of their versions gives the same bytes", arguments: 1...200 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1_000_000)
        let rows = PurityTests.rows(seed: seed)
        let profile = merge(rows)
        for _ in 0..<4 {
            var shuffled = rows.shuffled(using: &random)
            for index in shuffled.indices { shuffled[index].versions.shuffle(using: &random) }
            var decision = decision(shuffled)
            decision.members.shuffle(using: &random)
            #expect(merger.merge(decision, records: shuffled.map(\.history), day: someDay) == profile)
        }
    }

    @Test("The same versions with other places in their files give the same bytes")
    func place() {
        let rows = Examples.rich
        var moved = rows
        for row in moved.indices {
            for version in moved[row].versions.indices { moved[row].versions[version].sequence += 77 }
        }
        #expect(merge(moved).bytes == merge(rows).bytes)
    }

    @Test(
        "From its first day until its next a profile stays as it is, and not before or after",
        arguments: 1...60 as ClosedRange<UInt64>
    )
    func days(seed: UInt64) {
        let rows = PurityTests.rows(seed: seed)
        var day = Day(number: 11_000)
        for _ in 0..<40 {
            let profile = merge(rows, day: day)
            if let since = profile.sinceDay {
                #expect(since <= day)
                #expect(merge(rows, day: since).bytes == profile.bytes)
                #expect(merge(rows, day: since.adding(days: -1)).bytes != profile.bytes)
            } else {
                #expect(merge(rows, day: Day(number: 0)).bytes == profile.bytes)
            }
            guard let next = profile.nextDay else {
                #expect(merge(rows, day: Day(number: 40_000)).bytes == profile.bytes)
                return
            }
            #expect(next > day)
            #expect(merge(rows, day: next.adding(days: -1)).bytes == profile.bytes)
            #expect(merge(rows, day: next).bytes != profile.bytes)
            day = next
        }
    }

    @Test("A record that is withdrawn and comes back restores the profile")
    func withdrawal() {
        let others = Array(Examples.rich.dropLast())
        let shop = Examples.lists[6]
        let profile = merge(others + [shop])
        let gone = merge(others + [shop.withdrawn(modified: "2018-03-01")])
        #expect(gone.bytes == merge(others).bytes)
        var returned = shop.withdrawn(modified: "2017-03-01")
        returned.versions.reverse()
        #expect(
            merge(others + [returned]).bytes == profile.bytes,
            "a withdrawal before the present version changes nothing"
        )
    }

    @Test("What is split off and joined again is as before")
    func unmerge() {
        let mine = Examples.rich
        let foreign = Row(.CCC, "9").saying([])
        let before = merge(mine)
        #expect(merge(mine + [foreign]).bytes != before.bytes)
        #expect(merge(mine).bytes == before.bytes)
    }

    @Test("Every value names records that say so, and every record is named")
    func provenance() {
        let profile = Reading(merge(Examples.rich))
        var named: Set<Int64> = []
        for section in ["registration", "tax", "quality"] {
            for name in profile[section].names {
                let places = profile[section][name]["records"].elements.compactMap(\.integer)
                #expect(!places.isEmpty)
                named.formUnion(places)
                named.formUnion(
                    profile[section][name]["conflicts"].elements.flatMap {
                        $0["records"].elements.compactMap(\.integer)
                    }
                )
            }
        }
        for section in MergePolicy.standard.items.map(\.section) {
            for item in profile[section].elements { named.formUnion(item["records"].elements.compactMap(\.integer)) }
        }
        #expect(named == Set(0..<10))
    }
}

import Access
import CreditModel
import SQLiteAccess
import Testing

@Suite("However a journal came about, it answers as a plain list of its entries would")
struct JournalPropertyTests {
    /// What happens to a journal, from a seed.
    private struct History {
        var dice: SeededDice
        let archive: Archive
        let callers: [Caller]
        let enterprises: [EnterpriseID]
        var model = JournalModel()
        var now = Archive.noon

        init(seed: UInt64) throws {
            dice = SeededDice(state: seed)
            let archive = try Archive()
            self.archive = archive
            callers = try ["甲", "乙", "丙", "丁"].map { try archive.caller($0) }
            enterprises = try (0..<40).map { try Archive.enterprise($0) }
        }

        mutating func entry() throws -> QueryEntry {
            var moment = now + Int64(dice.below(300))
            // Who waited for a change, a slow stream, and a clock that was set.
            if dice.below(6) == 0 { moment -= Int64(dice.below(60_000)) }
            if dice.below(40) == 0 { moment -= Int64(dice.below(200_000_000)) }
            let words = (dice.next(), dice.next())
            var draws = [words.0, words.1]
            let id = QueryID(at: moment) { draws.removeLast() }
            let caller = callers[min(dice.below(callers.count), dice.below(callers.count))]
            var entry = QueryEntry(id: id, caller: caller, endpoint: "enterprise", status: 200)
            let count = dice.below(15) == 0 ? 25 : dice.below(4)
            entry.asked = (0..<count).map { _ in .enterprise(enterprises[dice.below(enterprises.count)]) }
            if count == 0 { entry.asked = [.unknown("110101199003070011", secret: [1])] }
            entry.purpose = Purpose("dispute")
            // Whose profile was given is not always who was asked for: two may have become one.
            if dice.below(3) == 0 {
                entry.answer = .stored(
                    StoredAnswer(
                        enterprise: enterprises[dice.below(enterprises.count)],
                        version: enterprises[dice.below(enterprises.count)].text,
                        key: "k",
                        issuedAt: 1,
                        form: .compact
                    )
                )
            }
            return entry
        }

        mutating func records() throws -> [JournalRecord] {
            var records: [JournalRecord] = []
            for _ in 0..<(dice.below(3) == 0 ? 1 : dice.below(30)) {
                let entry = try entry()
                if dice.below(12) == 0 {
                    let body = Array("answer \(dice.below(5))".utf8)
                    records.append(JournalRecord(entry, keeping: body, form: .plain))
                } else {
                    records.append(JournalRecord(entry))
                }
            }
            // A commit that was tried again, as far as anybody can tell.
            if dice.below(10) == 0, let first = records.first { records.append(first) }
            return records
        }

        mutating func step() throws {
            switch dice.below(12) {
            case 0: try archive.reopen()
            case 1:
                // Of the older ones some.
                let old = model.entries.prefix(1 + model.entries.count / 4)
                let moment = old.isEmpty ? now : old[dice.below(old.count)].entry.moment + Int64(dice.below(3))
                model.prune(before: moment, took: try archive.store.prune(before: moment))
            case 2: try archive.store.append([])
            case 3:
                // Another process.
                let records = try records()
                try SQLiteJournalStore(path: archive.path).append(records)
                model.append(records)
            default:
                let records = try records()
                try archive.store.append(records)
                model.append(records)
            }
            now += Int64([0, 40, 250, 3_000, 40_000_000][dice.below(5)])
        }

        mutating func filter() -> JournalFilter {
            var filter = JournalFilter(limit: [0, 1, 3, 10, 1_000][dice.below(5)])
            if dice.below(2) == 0 { filter.client = callers[dice.below(callers.count)].id }
            if dice.below(2) == 0 { filter.enterprise = enterprises[dice.below(enterprises.count)] }
            func place() -> QueryEntry? {
                model.entries.isEmpty ? nil : model.entries[dice.below(model.entries.count)].entry
            }
            if dice.below(3) == 0 { filter.since = place()?.moment }
            if dice.below(3) == 0 { filter.until = place()?.moment }
            if dice.below(3) == 0 { filter.before = place()?.id }
            return filter
        }
    }

    @Test("Every look-up, page, prune and check is as it should be", arguments: 1...8 as ClosedRange<UInt64>)
    func history(seed: UInt64) throws {
        var history = try History(seed: seed)
        for _ in 0..<40 {
            try history.step()
            for _ in 0..<6 {
                let filter = history.filter()
                try history.model.compare(history.archive.store, filter)
            }
        }
        #expect(history.model.entries.count > 20)
        try history.model.compareAll(history.archive.store)
        for limit in [1, 7] {
            for client in [nil, history.callers[0].id, history.callers[3].id] {
                for enterprise in [nil, history.enterprises[3]] {
                    var filter = JournalFilter(limit: limit)
                    filter.client = client
                    filter.enterprise = enterprise
                    try history.model.walk(history.archive.store, filter)
                }
            }
        }
        let reader = try SQLiteJournalStore(path: history.archive.path, isReadOnly: true)
        try history.model.compareAll(reader)
    }

    @Test("Many blocks of one client in one lot are found as few are")
    func manyBlocks() throws {
        let archive = try Archive()
        let callers = [try archive.caller("甲"), try archive.caller("乙")]
        var layout = Archive.layout
        layout.blockEntries = 2
        layout.lotBlocks = 100
        layout.lotsMerged = 4
        let store = try SQLiteJournalStore(path: archive.path, layout: layout)
        var model = JournalModel()
        for step in 0..<5 {
            let records = try (0..<200).map { number in
                let moment = Int64(step * 10_000 + number * 40)
                let whom = try Archive.enterprise(number % 3)
                return JournalRecord(Archive.entry(callers[number % 10 == 0 ? 1 : 0], at: moment, about: [whom]))
            }
            try store.append(records)
            model.append(records)
        }
        try model.compareAll(store)
        for caller in callers {
            var filter = JournalFilter(limit: 70)
            filter.client = caller.id
            try model.walk(store, filter)
            filter.enterprise = try Archive.enterprise(2)
            try model.walk(store, filter)
            filter.since = Archive.noon + 12_000
            filter.until = Archive.noon + 32_000
            try model.walk(store, filter)
        }
    }

    @Test("Who waited long for an answer makes no block wide, and is found where he began to wait")
    func late() throws {
        let archive = try Archive()
        let caller = try archive.caller("平台")
        var model = JournalModel()
        for commit in 0..<20 {
            let now = Int64(commit * 250)
            let records = (0..<8).map { place in
                JournalRecord(Archive.entry(caller, at: now + (place % 4 == 3 ? -30_000 : Int64(place * 20))))
            }
            try archive.store.append(records)
            model.append(records)
        }
        try model.compareAll(archive.store)
        try model.walk(archive.store, JournalFilter(limit: 7))
        var filter = JournalFilter(limit: 5)
        filter.client = caller.id
        try model.walk(archive.store, filter)
    }
}

/// The same numbers for the same seed.
struct SeededDice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

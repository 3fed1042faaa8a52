import Access
import CreditModel
import Synchronization
import Testing

@Suite("What is read of a record without reading all of it is what reading all of it says")
struct RecordTextTests {
    private func entries() throws -> [QueryEntry] {
        let office = try Office()
        let clients = try ["甲", "乙"].map { try office.client($0) }
        let callers = try clients.map { try office.caller(key: office.credential(.apiKey, of: $0).text) }
        let ids = (0..<4).map { EnterpriseID(pripid: "\($0)") { Digest256(of: $0).bytes } }
        var moment = Office.noon
        return (0..<40).map { number in
            moment += 7
            let id = QueryID(at: moment) { UInt64(number) &* 0x9E37_79B9_7F4A_7C15 }
            // Texts that look like members of a record.
            let endpoint = ["enterprise", #"","at":1,"client":"c000000000000","x":""#, "企业\n\"at\":"][number % 3]
            var entry = QueryEntry(id: id, caller: callers[number % 2], endpoint: endpoint, status: 200)
            entry.asked = ids.prefix(number % 5).map { .enterprise($0) }
            if number % 7 == 0 { entry.asked.append(.unknown("x", secret: [1])) }
            if number % 2 == 0 {
                entry.answer = .stored(
                    StoredAnswer(enterprise: ids[3], version: ids[2].text, key: "k", issuedAt: 5, form: .compact)
                )
                entry.refusal = #""asked":["\#(ids[1])"]"#
            }
            return entry
        }
    }

    @Test("Moment, client and keys of each line are its entry's, whatever stands in its texts")
    func members() throws {
        let entries = try entries()
        let text = RecordText(Array(entries.map(\.record).joined(separator: [0x0A])))
        #expect(text.lines.count == entries.count)
        for (line, entry) in entries.enumerated() {
            #expect(try QueryEntry(record: text.record(line)) == entry)
            #expect(text.moment(line) == entry.moment)
            #expect(text.client(line) == entry.client)
            #expect(text.keys(line) == entry.keys)
        }
    }

    @Test("Lines are chosen by what they hold, all of it")
    func choice() throws {
        let entries = try entries()
        let text = RecordText(Array(entries.map(\.record).joined(separator: [0x0A])))
        #expect(text.lines(holding: []) == Array(entries.indices))
        for (line, entry) in entries.enumerated() {
            #expect(text.lines(holding: [ByteSearch(entry.id)]) == [line])
            let same = entries.indices.filter { entries[$0].client == entry.client }
            #expect(text.lines(holding: [ByteSearch(entry.client)]) == same)
            guard let enterprise = entry.enterprises.first else { continue }
            let found = text.lines(holding: [ByteSearch(enterprise), ByteSearch(entry.client)])
            #expect(Set(found).isSuperset(of: same.filter { entries[$0].enterprises.contains(enterprise) }))
            #expect(found.allSatisfy(same.contains))
        }
        #expect(text.lines(holding: [ByteSearch(.nobody)]) == [])
    }

    @Test("Bytes that are no record are none, and stop nothing")
    func nonsense() {
        for text in [
            "", "\n", "\"at\":", "\"at\":x", "\"at\":99999999999999999999", "\"client\":\"", "\"asked\":[",
            "\"asked\":[\"sx",
        ] {
            let text = RecordText(Array(text.utf8))
            for line in text.lines.indices {
                #expect(text.moment(line) ?? 0 == 0)
                #expect(text.client(line) == nil)
                #expect(text.keys(line) == [])
            }
        }
    }

    @Test("Nobody gets a number that somebody got, and none of the system's own")
    func pool() {
        let drawn = Counter()
        let pool = RandomPool { drawn.next() }
        let numbers = (0..<5_000).map { _ in pool.next() }
        #expect(Set(numbers).count == 5_000)
        // Four for each thousand.
        #expect(drawn.count == 20)
        #expect(numbers.allSatisfy { $0 > 20 })
        let bits = numbers.reduce(0) { $0 + $1.nonzeroBitCount }
        #expect(abs(bits - 160_000) < 2_000)
    }
}

/// Counts how often it was asked.
private final class Counter: Sendable {
    private let state = Mutex<UInt64>(0)
    var count: UInt64 { state.withLock { $0 } }

    func next() -> UInt64 {
        state.withLock { count in
            count += 1
            return count
        }
    }
}

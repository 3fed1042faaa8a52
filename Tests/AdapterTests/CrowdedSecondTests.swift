import AdapterContract
import AdapterKit
import CreditModel
import LocalTaxAdapter
import Synchronization
import Testing

/// Pages of 地税 that hold fewer or more rows than was asked for.
@Suite("地税's crowded seconds and doubled rows")
struct CrowdedSecondTests {
    private let localtax = LocalTaxTests()

    private static func answer(_ rows: [(String, Int)], total: Int, start: String?) -> [UInt8] {
        let body = rows.map { "<r nsrsbh=\"\($0.0)\" gxsj=\"2016010200000\($0.1)\" sjzt=\"1\"/>" }.joined()
        return Array("<rs total=\"\(total)\" start=\"\(start ?? "")\" rows=\"9\">\(body)</rs>".utf8)
    }

    @Test("one quiet round is not enough: the order may have hidden the same rows twice")
    func quietRounds() async throws {
        let pages = ["AB", "AB", "AB", "C", "BA", "CA", "B", "DE", "AB", "C"]
        let asked = Counter()
        let agency = try await ScriptedAgency { question in
            let start = question.query["start"].flatMap { Int($0) } ?? 0
            switch question.query["lastTime"] {
            case "20160101000000": return Self.answer([("A", 1), ("B", 1)], total: 5, start: "0")
            case "20160102000001":
                let number = asked.next()
                let page = number < pages.count ? pages[number] : ["AB", "CD", "E"][start / 2]
                return Self.answer(page.map { (String($0), 1) }, total: 5, start: "\(start)")
            default: return Self.answer([], total: 0, start: "0")
            }
        }
        let sink = MemorySink()
        try await pull(localtax.adapter(agency, pageSize: 2), localtax.dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C", "D", "E"])
    }

    @Test("a full page with a doubled row is not the last because it holds as many rows as there are records")
    func distinctTotal() async throws {
        let rows = [("A", 1), ("A", 1), ("B", 2), ("C", 3)]
        let agency = try await ScriptedAgency { question in
            let from = question.query["lastTime"].flatMap { LocalTime($0) } ?? LocalTime(seconds: 0)
            let left = rows.filter { LocalTime("2016010200000\($0.1)").map { $0 >= from } ?? false }
            let page = left.dropFirst(question.query["start"].flatMap { Int($0) } ?? 0).prefix(3)
            return Self.answer(Array(page), total: Set(left.map(\.0)).count, start: question.query["start"])
        }
        let sink = MemorySink()
        try await pull(localtax.adapter(agency, pageSize: 3), localtax.dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C"])
    }

    @Test("a page that is one row longer for a doubled pair does not make the next one begin too late")
    func longPage() async throws {
        let rows = ["A", "B", "C", "D", "E"]
        let agency = try await ScriptedAgency { question in
            let from = question.query["lastTime"].flatMap { LocalTime($0) } ?? LocalTime(seconds: 0)
            let left = (LocalTime("20160102000001").map { $0 >= from } ?? false) ? rows : []
            let page = left.dropFirst(question.query["start"].flatMap { Int($0) } ?? 0).prefix(2)
            return Self.answer(
                page.flatMap { $0 == "A" ? [($0, 1), ($0, 1)] : [($0, 1)] },
                total: left.count,
                start: question.query["start"]
            )
        }
        let sink = MemorySink()
        try await pull(localtax.adapter(agency, pageSize: 2), localtax.dataset, into: sink)
        #expect(sink.keys == ["A", "B", "C", "D", "E"])
    }

    @Test("a page whose only row the page before showed as the half of a pair is empty, and no failure")
    func splitPair() async throws {
        let rows = ["A", "B", "B"]
        let agency = try await ScriptedAgency { question in
            let from = question.query["lastTime"].flatMap { LocalTime($0) } ?? LocalTime(seconds: 0)
            let left = (LocalTime("20160102000001").map { $0 >= from } ?? false) ? rows : []
            let page = ["0": left, "2": []][question.query["start"] ?? ""] ?? []
            return Self.answer(page.map { ($0, 1) }, total: left.count, start: question.query["start"])
        }
        let sink = MemorySink()
        try await pull(localtax.adapter(agency, pageSize: 2), localtax.dataset, into: sink)
        #expect(sink.keys == ["A", "B"])
    }

    @Test("rows that do not tell their time go to quarantine, page by page, and reading ends")
    func noTimes() async throws {
        let asked = Counter()
        let rows = ["A", "B", "C", "D", "E"]
        let agency = try await ScriptedAgency { question in
            guard asked.next() < 20 else { return nil }
            let start = question.query["start"].flatMap { Int($0) } ?? 0
            let body = rows.dropFirst(start).prefix(2).map { "<r nsrsbh=\"\($0)\" gxsj=\"昨天\" sjzt=\"1\"/>" }.joined()
            return Array("<rs total=\"5\" start=\"\(start)\" rows=\"2\">\(body)</rs>".utf8)
        }
        let sink = MemorySink()
        try await pull(localtax.adapter(agency, pageSize: 2), localtax.dataset, into: sink)
        #expect(sink.faults.map(\.rule) == Array(repeating: "time-missing", count: 5))
        #expect(sink.faults.map(\.key?.text) == rows)
        #expect(asked.next() == 3)
    }

    @Test("a second whose rows are never all shown ends the run, and it is said why")
    func neverQuiet() async throws {
        let numbers = Counter()
        let agency = try await ScriptedAgency { question in
            guard question.query["lastTime"] == "20160102000001" else {
                return Self.answer([("A", 1), ("B", 1)], total: 5, start: "0")
            }
            let row = "N\(numbers.next())"
            return Self.answer([(row, 1), (row, 1)], total: 5, start: question.query["start"])
        }
        let error = await #expect(throws: AdapterError.self) {
            try await pull(localtax.adapter(agency, pageSize: 2), localtax.dataset, into: MemorySink())
        }
        #expect(error?.code == .busy)
    }

    /// A second of 20 rows, the first `broken` of them with a bare `&`, in another order on each page.
    private func shuffled(broken: Int, mostRows: Int) async throws -> ScriptedAgency {
        let rows = (0..<20).map { number in
            "<r nsrsbh=\"N\(number)\" nsrmc=\"甲\(number < broken ? "&" : "和")乙\" gxsj=\"20160102000001\" sjzt=\"0\"/>"
        }
        let dice = Mutex(Dice(state: UInt64(broken)))
        return try await ScriptedAgency { question in
            let start = question.query["start"].flatMap { Int($0) } ?? 0
            let count = min(mostRows, question.query["rows"].flatMap { Int($0) } ?? 0)
            guard question.query["lastTime"].map({ $0 <= "20160102000001" }) ?? false else {
                return Self.answer([], total: 0, start: "\(start)")
            }
            let page = dice.withLock { rows.shuffled(using: &$0) }.dropFirst(start).prefix(count)
            return Array("<rs total=\"20\" start=\"\(start)\" rows=\"\(count)\">\(page.joined())</rs>".utf8)
        }
    }

    @Test(
        "broken rows of a second in unstable order are quarantined by their bytes, and the good ones are all taken",
        arguments: [1, 10, 19],
        [1000, 3]
    )
    func brokenInUnstableOrder(broken: Int, mostRows: Int) async throws {
        let agency = try await shuffled(broken: broken, mostRows: mostRows)
        let sink = MemorySink()
        try await pull(localtax.adapter(agency, pageSize: 3), localtax.dataset, into: sink)
        #expect(sink.keys.sorted() == (broken..<20).map { "N\($0)" }.sorted())
        #expect(Set(sink.faults.compactMap(\.key?.text)) == Set((0..<broken).map { "N\($0)" }))
    }
}

/// The same numbers at each run (SplitMix64).
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

import AdapterContract
import AdapterKit
import CreditModel
import HongDunAdapter
import Testing

@Suite("红盾's complete re-read")
struct ReReadTests {
    private let hongdun = HongDunTests()

    @Test("one that starts afresh forgets what it had shown before: the time, and the key that could not be read")
    func startsAfresh() async throws {
        let agency = try await ScriptedAgency { question in
            switch question.number {
            case 0: HongDunTests.page([(1, "A", "01"), (2, "B", "02")], next: "old", more: false)
            case 1, 3: HongDunTests.code(1002)
            case 2: HongDunTests.page([(3, "A", "09"), (4, "暂无", "08")], next: "n1", more: true)
            default: HongDunTests.page([(5, "A", "06")], next: "n2", more: false)
            }
        }
        let sink = MemorySink()
        try await pull(hongdun.adapter(agency), hongdun.dataset, into: sink)
        try await pull(hongdun.adapter(agency), hongdun.dataset, into: sink)
        #expect(
            sink.events == [
                .completeReadBegan, .completeReadBegan,
                .completeReadEnded(
                    time: try #require(LocalTime("2016-01-01 00:00:06")),
                    sequence: -1,
                    hadUnreadableKeys: false
                ),
            ]
        )
        #expect(sink.keys == ["A"])
        #expect(sink.progress?.incomplete == [])
    }

    @Test("what has the time of the greatest row that it showed is not withdrawn: the absence loses at a tie")
    func tie() async throws {
        let agency = try await ScriptedAgency { question in
            switch question.number {
            case 0: HongDunTests.page([(1, "A", "04"), (2, "B", "05"), (3, "C", "03")], next: "x", more: false)
            case 1: HongDunTests.code(1002)
            default: HongDunTests.page([(4, "A", "05")], next: "y", more: false)
            }
        }
        let sink = MemorySink()
        try await pull(hongdun.adapter(agency), hongdun.dataset, into: sink)
        try await pull(hongdun.adapter(agency), hongdun.dataset, into: sink)
        #expect(sink.keys == ["A", "B"])
    }

    @Test("one that shows nothing withdraws nothing")
    func empty() async throws {
        let agency = try await ScriptedAgency { question in
            switch question.number {
            case 0: HongDunTests.page([(1, "A", "04")], next: "x", more: false)
            case 1: HongDunTests.code(1002)
            default: HongDunTests.page([], next: "y", more: false)
            }
        }
        let sink = MemorySink()
        try await pull(hongdun.adapter(agency), hongdun.dataset, into: sink)
        try await pull(hongdun.adapter(agency), hongdun.dataset, into: sink)
        #expect(sink.keys == ["A"])
    }

    @Test("cursors that expire again and again end the run; the next one goes on")
    func expiresForEver() async throws {
        let agency = try await ScriptedAgency { question in
            question.number < 20
                ? HongDunTests.code(1002) : HongDunTests.page([(1, "A", "04")], next: "x", more: false)
        }
        let sink = MemorySink()
        let error = await #expect(throws: AdapterError.self) {
            try await pull(hongdun.adapter(agency), hongdun.dataset, into: sink)
        }
        #expect(error?.code == .busy)
    }
}

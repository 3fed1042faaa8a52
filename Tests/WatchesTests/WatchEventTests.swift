import Access
import CanonicalJSON
import CreditModel
import ProfileChanges
import Testing
import Watches

@Suite("Events say what happened in less than 20 kB, and the same wherever they are kept")
struct WatchEventTests {
    private static let enterprise = EnterpriseID("sx0123456789abcdefghjk")

    private static func event(_ type: WatchEventType, retracting count: Int = 0, key: String = "K") throws -> WatchEvent
    {
        var event = WatchEvent(
            type,
            of: enterprise,
            change: 7,
            status: "sha256:ab",
            moment: 1_527_818_400
        )
        event.versionBefore = "sxv1"
        event.sections = ["penalties", "records"]
        event.retracted = (0..<count).map {
            RetractedRecord(
                record: ProfileRecord(agency: "quality", dataset: "JDCC", key: "\(key)\($0)", role: "subject"),
                sections: ["penalties"]
            )
        }
        return event
    }

    @Test(
        "However much is retracted, the body stays below the limit and says how much it is",
        arguments: [1, 100, 5000]
    )
    func size(count: Int) throws {
        let origin = EventOrigin(source: "https://credit.example", base: "https://credit.example")
        for length in [1, 300, 30_000] {
            let event = try Self.event(.retracted, retracting: count, key: String(repeating: "键", count: length))
            let body = event.body(origin)
            #expect(body.count < 20_000)
            let data = try #require(try JSONValue(parsing: body)["data"])
            #expect(data["retractedCount"] == .integer(Int64(count)))
            #expect((data["retracted"]?.array?.count ?? 0) <= count)
        }
    }

    @Test("What is kept is read back; anything else is not taken for it")
    func record() throws {
        for type in WatchEventType.allCases {
            let event = try Self.event(type, retracting: 2)
            #expect(WatchEvent(record: event.record) == event)
            #expect(WatchEventType(named: type.name) == type && WatchEventType(named: type.rawValue) == type)
        }
        for text in ["", "{}", "[]", #"{"type":"changed"}"#, #"{"type":"x","change":1,"status":"","moment":0}"#] {
            #expect(WatchEvent(record: Array(text.utf8)) == nil)
        }
    }

    @Test("An id is made of what happened: another change, type or status has another one")
    func ids() throws {
        let event = try Self.event(.changed)
        #expect(try Self.event(.changed, retracting: 3).id == event.id && event.id.hasPrefix("evt_"))
        #expect(!event.id.contains("."))
        #expect(try Self.event(.retracted).id != event.id)
        let other = WatchEvent(.changed, of: event.enterprise, change: 8, status: event.status, moment: event.moment)
        #expect(other.id != event.id)
    }

    @Test("Nothing of a section is told to who may not see it")
    func narrowing() throws {
        let registration = ScopeSet.of(.registration)
        #expect(try Self.event(.changed).narrowed(to: registration) == nil)
        #expect(try Self.event(.retracted, retracting: 2).narrowed(to: registration) == nil)
        let merged = try #require(try Self.event(.merged).narrowed(to: registration))
        #expect(merged.sections == ["records"] && merged.retraction == nil)
        let penalties = try #require(try Self.event(.changed).narrowed(to: .of(.penalties)))
        #expect(penalties.sections == ["penalties", "records"])
        let whole = try Self.event(.changed)
        #expect(whole.narrowed(to: .of(.allSections)) == whole)
    }

    @Test("Waits grow as the norm has them, by chance a little longer, and end")
    func schedule() {
        let schedule = RetrySchedule()
        #expect(schedule.delays.reduce(0, +) == 272_105_000)
        for (failure, delay) in schedule.delays.enumerated() {
            for chance in [UInt64.min, 1 << 63, .max] {
                let next = schedule.next(after: failure + 1, retryAfter: nil, at: 0, chance: chance) ?? -1
                #expect(delay...(delay + delay / 10) ~= next)
            }
        }
        #expect(schedule.next(after: 10, retryAfter: nil, at: 0, chance: 0) == nil)
        #expect(schedule.next(after: 1, retryAfter: 600, at: 0, chance: 0) == 600_000)
        #expect(schedule.next(after: 1, retryAfter: .max / 2000, at: 0, chance: 0) == schedule.longestRetryAfter)
    }
}

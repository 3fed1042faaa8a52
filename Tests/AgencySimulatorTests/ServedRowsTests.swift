import AgencySimulator
import CreditModel
import Foundation
import Testing

/// What is measured on the population's rows holds for what is sent: each row of it is served, letter by letter.
@Suite("What the agencies serve is what the population says")
struct ServedRowsTests {
    private static let end = "2018-06-01"

    /// The population's rows by dataset, as markup; a key stands for the row's time and text.
    private func expected(_ some: SimulatedPopulation, states: Bool) throws -> [String: [String: Int]] {
        let last = LocalTime(try #require(Day(Self.end)), secondOfDay: 86_399)
        var rows: [String: [String: Int]] = [:]
        var latest: [String: SimulatedEvent] = [:]
        func keep(_ event: SimulatedEvent) {
            let time = states ? event.visible : event.modified
            let key = "\(time) " + event.fields.map { "\($0.name)=\($0.text)" }.joined(separator: "|")
            rows[event.dataset.name, default: [:]][key, default: 0] += event.isDoubled ? 2 : 1
        }
        for index in 0..<some.count {
            let events = some.events(of: index).filter { $0.visible <= last }
            for event in events.enumerated().sorted(by: {
                ($0.element.visible, $0.offset) < ($1.element.visible, $1.offset)
            })
            .map(\.element) {
                let isState = event.dataset.agency == .statetax || event.dataset.agency == .localtax
                guard isState == states else { continue }
                if states { latest["\(event.dataset) \(event.key.text)"] = event } else { keep(event) }
            }
        }
        for event in latest.values { keep(event) }
        return rows
    }

    private func differences(_ found: [String: Int], _ wanted: [String: Int]) -> [String] {
        Set(found.keys).union(wanted.keys).filter { found[$0] != wanted[$0] }.sorted()
            .map { "\($0): \(found[$0] ?? 0), not \(wanted[$0] ?? 0)" }
    }

    private func unescaped(_ text: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#10;", "\n"), ("&amp;", "&")]
            .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    /// `<A>text</A>…` as names and texts.
    private func elements(_ markup: String) -> [(name: String, text: String)] {
        markup.components(separatedBy: "<").filter { !$0.isEmpty && !$0.hasPrefix("/") }.compactMap { part in
            let sides = part.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
            return sides.count == 2 ? (String(sides[0]), unescaped(String(sides[1]))) : nil
        }
    }

    /// `a="text" …` as names and texts.
    private func attributes(_ markup: String) -> [(name: String, text: String)] {
        let parts = markup.components(separatedBy: "\"")
        return stride(from: 0, to: parts.count - 1, by: 2).map { place in
            let name = parts[place].trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "=", with: "")
            return (name, unescaped(parts[place + 1]))
        }
    }

    private func key(_ time: LocalTime, _ fields: [(name: String, text: String)]) -> String {
        "\(time) " + fields.map { "\($0.name)=\($0.text)" }.joined(separator: "|")
    }

    @Test("国税 and 地税 show the last state of each key, doubled where it is drawn to be")
    func states() async throws {
        try await simulated(400) { server, some in
            let expected = try expected(some, states: true)
            let (first, last) = (try #require(Day("2013-01-01")), try #require(Day(Self.end)))
            for name in Reading.statetax {
                var found: [String: Int] = [:]
                for reply in try await Reading(server: server).statetax(name, size: 1000, from: first, to: last) {
                    for row in all(reply.text, "<ROW>", "</ROW>") {
                        let fields = elements(row)
                        let time = LocalTime(fields.first { $0.name == "XGSJ" }?.text ?? "")
                        let own = fields.filter { !["XGSJ", "YXBZ"].contains($0.name) }
                        found[key(try #require(time), own), default: 0] += 1
                    }
                }
                #expect(differences(found, expected[name] ?? [:]) == [], "\(name)")
            }
            // In UTF-8 for once.
            server.script(Fault(agency: .localtax, times: 10_000, kind: .byteOrderMark))
            for name in Reading.localtax {
                var found: [String: Int] = [:]
                for reply in try await Reading(server: server).localtax(name, size: 1000) {
                    for row in all(reply.text, "<r ", "/>") {
                        let fields = attributes(row)
                        let time = LocalTime(fields.first { $0.name == "gxsj" }?.text ?? "")
                        found[
                            key(try #require(time), fields.filter { !["gxsj", "sjzt"].contains($0.name) }),
                            default: 0
                        ] += 1
                    }
                }
                #expect(differences(found, expected[name] ?? [:]) == [], "\(name)")
            }
        }
    }

    @Test("红盾 shows every event with a SEQ of its own, and 质监's 增量 hold theirs")
    func events() async throws {
        try await simulated(400) { server, some in
            let expected = try expected(some, states: false)
            server.script(Fault(agency: .hongdun, times: 10_000, kind: .byteOrderMark))
            for name in Reading.hongdun {
                var found: [String: Int] = [:]
                var deletes = 0
                for reply in try await Reading(server: server).hongdun(name, limit: 1000) {
                    for row in all(reply.text, "<ROW ", "</ROW>") {
                        let sides = row.split(separator: ">", maxSplits: 1).map(String.init)
                        guard !sides[0].contains("OP=\"D\"") else {
                            deletes += 1
                            continue
                        }
                        let time = LocalTime(all(sides[0], "TS=\"", "\"").first ?? "")
                        found[key(try #require(time), elements(sides[1])), default: 0] += 1
                    }
                }
                let total = (expected[name] ?? [:]).values.reduce(0, +)
                #expect(found.values.reduce(deletes, +) == total, "\(name)")
                for (row, count) in found { #expect(count <= expected[name]?[row] ?? 0, "\(row)") }
            }
            for (name, reply) in try await Reading(server: server).quality() where name.contains("_I.") {
                guard let text = reply.unpacked, !text.contains("GB18030") else { continue }
                let rows = all(text, "<记录 ", "</记录>")
                #expect(all(text, "<记录数>", "<").first == String(rows.count))
                for row in rows {
                    let sides = row.split(separator: ">", maxSplits: 1).map(String.init)
                    let time = LocalTime(all(sides[0], "时间戳=\"", "\"").first ?? "")
                    let wanted = key(try #require(time), elements(sides[1]))
                    #expect(expected[all(text, "数据集=\"", "\"")[0]]?[wanted] ?? 0 > 0, "\(wanted)")
                }
            }
        }
    }
}

import AgencySimulator
import CreditModel
import Foundation
import Testing

@Suite("A restless agency")
struct RestlessServerTests {
    private func stateTax(_ server: AgencyServer) async throws -> [(time: String, key: String)] {
        let (first, last) = (try #require(Day("2013-01-01")), server.day)
        return try await Reading(server: server).statetax("NSRXX", size: 50, from: first, to: last.adding(days: 3))
            .flatMap { all($0.text, "<ROW>", "</ROW>") }
            .map { (all($0, "<XGSJ>", "<").first ?? "", all($0, "<NSRSBH>", "<").first ?? "") }
    }

    private func localTotal(_ server: AgencyServer) async throws -> String? {
        let target = "/localtax/dsws/query.do?type=nsr&start=0&rows=1000&lastTime=20000101000000"
        return all(try await ask(server, target, headers: [basic]).text, "total=\"", "\"").first
    }

    @Test("Its rows come by time and then by key, and its counts are those of a fresh count")
    func order() async throws {
        try await simulated(300) { server, _ in
            try server.makeRestless()
            _ = try await stateTax(server)
            for _ in 0..<60 { _ = try await localTotal(server) }
            server.rest()
            let rows = try await stateTax(server)
            for (a, b) in zip(rows, rows.dropFirst()) {
                #expect(
                    a.time < b.time || a.time == b.time && a.key.utf8.lexicographicallyPrecedes(b.key.utf8) || a == b
                )
            }
            let table = try server.table(.statetax, "NSRXX")
            #expect(Set(table.keys.map(\.text)).isSubset(of: Set(rows.map(\.key))))
            for (key, row) in table {
                #expect(rows.contains { $0.key == key.text && $0.time == row.modified.spaced })
            }
            let counted = try await localTotal(server)
            try server.advance(to: server.day)
            #expect(try await localTotal(server) == counted)
            #expect(try await stateTax(server).elementsEqual(rows) { $0 == $1 })
        }
    }

    @Test("What was to come in those seconds comes after the restless time, in order and with the next numbers")
    func overdue() async throws {
        // While the backlog comes in, at any time of the day.
        try await simulated(3_000, rates: .none, at: "2014-03-10") { server, _ in
            try server.makeRestless()
            var sequence = 0
            var cursor = ""
            for _ in 0..<250 {
                let target = "/hongdun/api/registration.xml?after=\(cursor)&limit=1000"
                let text = try await ask(server, target, headers: [token]).text
                cursor = all(text, "NEXT=\"", "\"").first ?? ""
                for number in all(text, "SEQ=\"", "\"").compactMap({ Int($0) }) {
                    #expect(number == sequence + 1)
                    sequence = number
                }
            }
            server.rest()
            try server.advance(to: try #require(Day("2014-04-01")))
            var latest = ""
            for reply in try await Reading(server: server).hongdun("registration", limit: 1000) {
                for time in all(reply.text, "TS=\"", "\"") {
                    // Rows sent twice keep their time.
                    if time < latest { continue }
                    latest = time
                }
            }
            #expect(latest.hasPrefix("2014-04-01"))
            let rows = try server.table(.hongdun, "registration")
            let fresh = try await simulated(3_000, rates: .none, at: "2014-04-01") { server, _ in
                try server.table(.hongdun, "registration")
            }
            #expect(Set(fresh.keys).isSubset(of: Set(rows.keys)))
        }
    }

    @Test("Nothing is rewritten for it: what is to come keeps its place on disk")
    func room() async throws {
        let data = NSTemporaryDirectory() + "restless-room-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: data) }
        try await simulated(300, data: data) { server, _ in
            let before = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(data)/hongdun.sqlite")))
            try server.makeRestless()
            let after = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(data)/hongdun.sqlite")))
            // Pages of 4096 bytes: the mark of a whole index goes, and that is all.
            let pages = stride(from: 0, to: before.count, by: 4096).count { start in
                before[start..<min(start + 4096, before.count)] != after[start..<min(start + 4096, after.count)]
            }
            #expect(before.count == after.count && pages <= 4, "\(pages) pages of \(before.count / 4096)")
        }
    }

    @Test("It may be restless again and again, and what comes between goes on in order")
    func again() async throws {
        try await simulated(400, rates: .none) { server, _ in
            for day in ["2018-06-01", "2018-06-20", "2018-06-20"] {
                try server.advance(to: try #require(Day(day)))
                try server.makeRestless()
                for _ in 0..<8 { _ = try await Reading(server: server).hongdun("registration", limit: 1000) }
                _ = try await stateTax(server)
                server.rest()
            }
            try server.advance(to: try #require(Day("2018-12-01")))
            let rows = try await Reading(server: server).hongdun("registration", limit: 900).flatMap {
                all($0.text, "<ROW ", "</ROW>")
            }
            let numbers = rows.compactMap { Int(all($0, "SEQ=\"", "\"").first ?? "") }
            #expect(numbers.count == rows.count && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
            let sent = Set(rows.map { all($0, "<PRIPID>", "<")[0] + all($0, "TS=\"", "\"")[0] })
            for (key, row) in try server.table(.hongdun, "registration") {
                #expect(sent.contains(key.text + row.modified.spaced))
            }
            let tax = try await stateTax(server)
            let shown = Set(tax.map { $0.key + $0.time })
            for (key, row) in try server.table(.statetax, "NSRXX") {
                #expect(shown.contains(key.text + row.modified.spaced))
            }
        }
    }
}

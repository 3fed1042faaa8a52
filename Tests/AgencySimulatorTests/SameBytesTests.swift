import AgencySimulator
import CreditModel
import Foundation
import Testing

@Suite("The same seed")
struct SameBytesTests {
    private func said(_ server: AgencyServer) async throws -> [String: [UInt8]] {
        let (first, last) = (try #require(Day("2018-03-01")), try #require(Day("2018-07-01")))
        return try await Reading(server: server).everything(from: first, to: last)
    }

    private func differences(_ a: [String: [UInt8]], _ b: [String: [UInt8]]) -> [String] {
        Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
    }

    @Test("The same day gives the same bytes, whether it is begun with, passed to, or asked of an index that is there")
    func threeWays() async throws {
        let (early, late) = ("2018-06-01", "2018-07-01")
        let day = try #require(Day(late))
        let fresh = try await simulated(150, at: late, wire: .standard) { server, _ in try await said(server) }
        let passed = try await simulated(150, at: early, wire: .standard) { server, _ in
            try server.advance(to: day)
            return try await said(server)
        }
        #expect(differences(fresh, passed) == [])
        let data = NSTemporaryDirectory() + "same-bytes-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: data) }
        let before = try await simulated(150, at: early, data: data, wire: .standard) { server, _ in
            try await said(server)
        }
        let again = try await simulated(150, at: late, data: data, wire: .standard) { server, _ in
            try await said(server)
        }
        #expect(differences(fresh, again) == [])
        let back = try await simulated(150, at: early, data: data, wire: .standard) { server, _ in
            try await said(server)
        }
        #expect(differences(before, back) == [])
        #expect(differences(before, fresh) != [])
        // 质监's files keep name and bytes.
        for (name, bytes) in before where name.hasPrefix("4401ZJ") {
            if let now = fresh[name] { #expect(now == bytes, "\(name)") }
        }
    }

    @Test("An index that other code made, or of another population, is built anew")
    func staleIndex() async throws {
        let data = NSTemporaryDirectory() + "stale-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: data) }
        func names(_ population: any EnterprisePopulation) async throws -> Set<String> {
            let day = try #require(Day("2018-06-01"))
            let server = try await AgencyServer.start(.init(population: population, seed: 1, at: day, data: data))
            let keys = try server.table(.hongdun, "registration").keys.map(\.text)
            await server.stop()
            return Set(keys)
        }
        // Their size, seed and rates are the same, as far as the server is told.
        let tiny = try await names(TinyPopulation(count: 40))
        let other = try await names(try SimulatedPopulation(seed: 1, enterprises: 40))
        #expect(!tiny.isEmpty && !other.isEmpty && tiny.isDisjoint(with: other))
        #expect(try await names(TinyPopulation(count: 40)) == tiny)
    }

    @Test("A later day goes on in every dataset: the same SEQ and cursors, greater ones for what is new")
    func goesOn() async throws {
        func rows(_ server: AgencyServer) async throws -> [String: (rows: [String], cursor: String)] {
            var found: [String: (rows: [String], cursor: String)] = [:]
            server.script(Fault(agency: .hongdun, times: 10_000, kind: .byteOrderMark))
            for name in Reading.hongdun {
                let replies = try await Reading(server: server).hongdun(name)
                found[name] = (
                    replies.flatMap { all($0.text, "<ROW ", "</ROW>") },
                    all(replies.last?.text ?? "", "NEXT=\"", "\"").first ?? ""
                )
            }
            return found
        }
        let early = try await simulated(300, at: "2018-06-01") { server, _ in try await rows(server) }
        try await simulated(300, at: "2018-07-01") { server, _ in
            let late = try await rows(server)
            var isMore = false
            for (name, before) in early {
                let now = try #require(late[name]).rows
                #expect(Array(now.prefix(before.rows.count)) == before.rows, "\(name)")
                let target = "/hongdun/api/\(name).xml?after=\(before.cursor)&limit=1000"
                let rest = all(try await ask(server, target, headers: [token]).text, "<ROW ", "</ROW>")
                #expect(before.rows + rest == now, "\(name)")
                isMore = isMore || !rest.isEmpty
            }
            #expect(isMore)
        }
    }

    @Test("Nothing is seen before what was seen already, and only 红盾's and 质监's overtaken rows have an earlier time")
    func order() async throws {
        try await simulated(400) { server, _ in
            for name in Reading.hongdun {
                var latest = LocalTime(seconds: 0)
                var sequence = 0
                for reply in try await Reading(server: server).hongdun(name) {
                    for row in all(reply.text, "<ROW ", ">") {
                        let number = try #require(Int(all(row, "SEQ=\"", "\"").first ?? ""))
                        #expect(number > sequence)
                        sequence = number
                        let time = try #require(LocalTime(all(row, "TS=\"", "\"").first ?? ""))
                        // Overtaken by hours or days, never more.
                        #expect(time.seconds > latest.seconds - 4 * 86_400, "\(name) \(row)")
                        latest = max(latest, time)
                    }
                }
            }
            let (first, last) = (try #require(Day("2013-01-01")), try #require(Day("2018-06-01")))
            for name in Reading.statetax {
                var before = ""
                for reply in try await Reading(server: server).statetax(name, size: 7, from: first, to: last) {
                    for row in all(reply.text, "<ROW>", "</ROW>") {
                        let time = all(row, "<XGSJ>", "<").first ?? ""
                        #expect(time >= String(before.prefix(19)))
                        before = time
                    }
                }
            }
            for name in Reading.localtax {
                var before = ""
                for reply in try await Reading(server: server).localtax(name, size: 7) {
                    for time in all(reply.text, "gxsj=\"", "\"") {
                        #expect(time >= before)
                        before = time
                    }
                }
            }
        }
    }
}

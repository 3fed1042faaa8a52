import AgencySimulator
import CreditModel
import Foundation
import Testing

/// 300 taxpayers, of whom every eleventh is sent twice.
@Suite("Rows that come twice")
struct DoubledRowsTests {
    private func copies(_ key: String) -> Int { (Int(key.split(separator: "-").last ?? "") ?? 1) % 11 == 0 ? 2 : 1 }

    /// The keys of each page of a window of 国税, and the pages and rows that the answers promise.
    private func stateTax(_ server: AgencyServer, from: Day, size: Int) async throws -> (pages: [[String]], total: Int)
    {
        var pages: [[String]] = []
        var total = 0
        while true {
            let (start, end) = ("\(from) 00:00:00", "\(from.adding(days: 31)) 00:00:00")
            let body = question(start, end, page: pages.count + 1, size: size)
            let reply = try await ask(server, "/statetax/service", method: "POST", body: body)
            total = Int(all(reply.text, "<TOTAL>", "<").first ?? "") ?? -1
            #expect(Int(all(reply.text, "<PAGES>", "<").first ?? "") == (total + size - 1) / size)
            let keys = all(reply.text, "<ROW>", "</ROW>").compactMap { all($0, "<NSRSBH>", "<").first }
            if keys.isEmpty { return (pages, total) }
            pages.append(keys)
        }
    }

    @Test("国税's page holds both or one, is full, and the total is what the pages hold", arguments: [1, 2, 5, 7, 500])
    func stateTax(size: Int) async throws {
        try await agencies { server in
            var keys: [String] = []
            var start = Day(number: 16_990)
            while start < Day(number: 17_760) {
                let (pages, total) = try await stateTax(server, from: start, size: size)
                #expect(pages.reduce(0) { $0 + $1.count } == total)
                #expect(pages.dropLast().allSatisfy { $0.count == size })
                for page in pages {
                    for key in page.dropLast() { #expect(page.count { $0 == key } == copies(key)) }
                }
                keys += pages.joined()
                start = start.adding(days: 31)
            }
            #expect(Set(keys).count == 300)
            let twice = keys.count - 300
            // A page of one row has no room for two; big ones leave hardly a pair out.
            #expect(size == 1 ? twice == 0 : size < 500 ? 10...28 ~= twice : 24...28 ~= twice, "\(twice)")
        }
    }

    @Test("地税's page holds both or one, never more rows than asked for", arguments: [1, 2, 5, 13, 500])
    func localTax(size: Int) async throws {
        try await agencies { server in
            var pages: [[String]] = []
            var total = 0
            repeat {
                let query = "start=\(pages.count * size)&rows=\(size)&lastTime=20000101000000"
                let reply = try await ask(server, "/localtax/dsws/query.do?type=nsr&" + query, headers: [basic])
                total = Int(all(reply.text, "total=\"", "\"").first ?? "") ?? -1
                pages.append(all(reply.text, "<r nsrsbh=\"", "\""))
            } while pages.count * size < total
            #expect(pages.dropLast().allSatisfy { $0.count == size })
            #expect(pages.joined().count == total)
            for page in pages {
                for key in page.dropLast() { #expect(page.count { $0 == key } <= copies(key)) }
                // Of a page the last row may be the first of two that the page has no room for.
                let single = Set(page).filter { key in copies(key) == 2 && page.count { $0 == key } == 1 }
                #expect(single.count <= 1, "\(single)")
            }
            #expect(size == 1 ? total == 300 : 308...328 ~= total, "\(total)")
        }
    }

    @Test("A reader of 地税 that goes on from anywhere gets as many rows as it asks for")
    func anyStart() async throws {
        try await agencies { server in
            func keys(_ start: Int, _ rows: Int) async throws -> [String] {
                let query = "start=\(start)&rows=\(rows)&lastTime=20000101000000"
                return all(
                    try await ask(server, "/localtax/dsws/query.do?type=nsr&" + query, headers: [basic]).text,
                    "<r nsrsbh=\"",
                    "\""
                )
            }
            for start in [1, 3, 6, 98, 101, 250] {
                let found = try await keys(start, 50)
                #expect(found.count == 50)
            }
            for start in [5_000, .max] {
                let none = try await keys(start, 50)
                #expect(none.isEmpty)
            }
        }
    }
}

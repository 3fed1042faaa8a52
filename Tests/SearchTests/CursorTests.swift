import CreditModel
import NameSearch
import Search
import ServiceKit
import Testing

@Suite("A page of hits")
struct CursorTests {
    /// Names of which many answer in each of the ways.
    private static func names(_ count: Int) -> [(String, SearchCard)] {
        let shapes = [
            "广州华美贸易有限公司第%分公司", "广州市%华美商店", "华美%酒店", "深圳华%美商店", "佛山%贸易有限公司", "华美", "广东华美贸易有限公司%",
        ]
        return (0..<count).map { number in
            let name = shapes[number % shapes.count].replacing("%", with: "\(number)")
            let former = number % 5 == 0 ? ["广州华美饭店\(number)", "华美贸易"] : []
            return (
                "K\(number)",
                SearchCard(name, formerly: former, state: number % 3 == 0 ? "ZX" : "K", district: "44010\(number % 7)")
            )
        }
    }

    @Test(
        "goes on where the one before ended: all pages together are the whole, each enterprise once",
        arguments: [1, 2, 7, 100]
    )
    func pages(limit: Int) throws {
        let town = try Town()
        try town.put(Self.names(200).map { ($0.0, $0.1) })
        for (name, filter) in [
            ("华美", SearchFilter.none), ("广州华美贸易有限公司", .none), ("华美 商店", .none), ("美", .none), ("HM", .none),
            ("华美", SearchFilter(district: "440103")), ("华美", SearchFilter(state: "ZX")),
        ] {
            let whole = try town.all(name, filter)
            let paged = try town.all(name, filter, by: limit)
            #expect(paged == whole && !whole.isEmpty, "\(name)")
            #expect(Set(whole.map(\.id)).count == whole.count)
        }
    }

    @Test("is followed by the same, whatever is written meanwhile that does not touch the hits")
    func writes() throws {
        let town = try Town()
        try town.put(Self.names(120).map { ($0.0, $0.1) })
        let wanted = try town.all("华美")
        var query = SearchQuery(name: "华美", limit: 10)
        var found: [SearchHit] = []
        var number = 0
        repeat {
            let page = try town.search.search(query)
            found += page.hits
            query.cursor = page.next
            number += 1
            // Others come, go and change; of the hits something else than name and state changes.
            try town.put([
                ("new\(number)", SearchCard("广州远洋贸易有限公司\(number)")), ("new\(number - 1)", nil),
                ("K\(number)", Self.names(120)[number].1),
            ])
        } while query.cursor != nil
        #expect(found == wanted)
    }

    @Test("has a cursor of its own query only, and no ceiling")
    func foreign() throws {
        let town = try Town()
        try town.put(Self.names(40).map { ($0.0, $0.1) })
        let next = try #require(try town.search.search(SearchQuery(name: "华美", limit: 3)).next)
        for query in [
            SearchQuery(name: "贸易", cursor: next),
            SearchQuery(name: "华美", filter: SearchFilter(state: "K"), cursor: next),
            SearchQuery(name: "华美", cursor: ""),
            SearchQuery(name: "华美", cursor: next + "x"), SearchQuery(name: "华美", cursor: "1-9-zz-0"),
            SearchQuery(name: "华美", cursor: next.replacing("1-", with: "2-")),
        ] { #expect(throws: SearchError.badCursor) { try town.search.search(query) } }
        #expect(SearchQuery(name: "x", limit: 5000).limit == 1000 && SearchQuery(name: "x", limit: -3).limit == 1)
    }

    @Test("that looked at too much ends early, and the next goes on")
    func shortPages() throws {
        let town = try Town()
        // All have every pair of the query, and none of them has it.
        try town.put((0..<2500).map { ("K\($0)", SearchCard("华美\($0)美贸\($0)贸易")) } + [("last", SearchCard("大华美贸易"))])
        var query = SearchQuery(name: "华美贸易", limit: 5)
        let first = try town.search.search(query)
        #expect(first.hits.isEmpty && first.next != nil)
        var hits: [SearchHit] = []
        var pages = 1
        query.cursor = first.next
        while query.cursor != nil, pages < 9 {
            let page = try town.search.search(query)
            hits += page.hits
            query.cursor = page.next
            pages += 1
        }
        #expect(hits.map(\.name) == ["大华美贸易"] && query.cursor == nil)
    }
}

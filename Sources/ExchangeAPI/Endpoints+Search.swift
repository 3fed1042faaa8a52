internal import Access
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import NameSearch
internal import ServiceKit

extension Endpoint {
    /// Who may be meant: by name, and by example.
    ///
    /// What is found is no identity, and is signed as an answer.
    static let finding = [
        Endpoint(
            "search",
            .get,
            "/v1/enterprises",
            .scope(.searchEnterprises),
            parameters: ["name", "district", "state", "industry", "limit", "cursor"]
        ) { library, inquiry in
            guard let name = inquiry.parameters["name"], name.utf8.count <= longestName else {
                throw Problem.value("name", "a name, or a part of one", "企业名称或其一部分")
            }
            let view = FindingView(inquiry.admission)
            try view.check(filters: inquiry.parameters)
            let filter = SearchFilter(
                district: inquiry.parameters["district"],
                state: inquiry.parameters["state"],
                industry: inquiry.parameters["industry"]
            )
            let limit = Int(try inquiry.whole("limit", in: 1...100, default: 20))
            let query = SearchQuery(name: name, filter: filter, limit: limit, cursor: inquiry.parameters["cursor"])
            return try await library.reading {
                let page = try library.page(of: query)
                try inquiry.admission?.charge(for: page.hits.count, at: inquiry.moment)
                var members: [String: JSONValue] = ["hits": .array(view.json(page.hits))]
                if let next = page.next { members["next"] = .string(next) }
                return try library.found(members, naming: page.hits.map(\.id), inquiry)
            }
        },
        Endpoint(
            "match",
            .post,
            "/v1/match",
            .scope(.matchEnterprises),
            body: Body(mediaType: "application/json", limit: 256 * 1024)
        ) { library, inquiry in
            let (queries, limit) = try queries(in: inquiry.body)
            let view = FindingView(inquiry.admission)
            try view.check(queries)
            try inquiry.admission?.charge(for: queries.count, at: inquiry.moment)
            return try await library.reading {
                let found = try library.finder.match(queries, limit: limit, rule: .standard)
                // Whoever is told of more than he asked about reads a part of the register.
                let more = found.reduce(0) { $0 + $1.count } - queries.count
                try inquiry.admission?.charge(for: more, at: inquiry.moment)
                let results = found.map { JSONValue.object(["candidates": .array(view.json($0))]) }
                let members: [String: JSONValue] = [
                    "rule": .string(MatchRule.standard.version), "results": .array(results),
                ]
                return try library.found(members, naming: found.flatMap { $0.map(\.id) }, inquiry)
            }
        },
    ]

    private static let longestName = 600
    private static let mostQueries = 100
    private static let mostCandidates: Int64 = 20

    private static func queries(in body: [UInt8]) throws(Problem) -> ([MatchQuery], limit: Int) {
        let bad = Problem.body(
            "{\"queries\": […], \"limit\": 5} with 1 to \(mostQueries) objects of "
                + MatchQuery.members.joined(separator: ", "),
            "{\"queries\": […], \"limit\": 5}，含 1 至 \(mostQueries) 个对象，成员为 "
                + MatchQuery.members.joined(separator: "、")
        )
        guard case .object(let members)? = try? JSONValue(parsing: body),
            Set(members.keys).isSubset(of: ["queries", "limit"]), case .array(let list)? = members["queries"],
            1...mostQueries ~= list.count
        else { throw bad }
        var limit: Int64 = 5
        if let given = members["limit"] {
            guard let number = given.wholeNumber, 1...mostCandidates ~= number else { throw bad }
            limit = number
        }
        var queries: [MatchQuery] = []
        for query in list {
            do throws(MatchQueryFault) { queries.append(try MatchQuery(json: query)) } catch { throw bad }
        }
        return (queries, Int(limit))
    }
}

extension ExchangeLibrary {
    /// So many looks at the index a request may cost; a search that goes on has a next page.
    private static let mostLooks = 8

    fileprivate func page(of query: SearchQuery) throws -> SearchPage {
        var (query, hits, next) = (query, [SearchHit](), String?.none)
        let limit = query.limit
        do {
            for _ in 0..<Self.mostLooks {
                query.limit = limit - hits.count
                let page = try finder.search(query)
                hits += page.hits
                next = page.next
                query.cursor = next
                if next == nil || hits.count >= limit { break }
            }
            return SearchPage(hits: hits, next: next)
        } catch let error as SearchError {
            switch error {
            case .badCursor: throw Problem.value("cursor", "what the page before gave as next", "前一页给出的 next")
            default: throw Problem.value("name", "a name, or a part of one", "企业名称或其一部分")
            }
        }
    }

    /// What was found, signed, and kept by the journal under those whom it names.
    fileprivate func found(_ members: [String: JSONValue], naming ids: [EnterpriseID], _ inquiry: Inquiry) throws
        -> Reply
    {
        let body = JSONValue.object(members).canonical
        var reply = Reply.json(body)
        reply.headers[.query] = inquiry.id.text
        if let status = try store.latestStatus() { reply.headers[.suixinStatus] = status.digest }
        var seen: Set<EnterpriseID> = []
        reply.asked = ids.filter { seen.insert($0).inserted }.prefix(QueryEntry.askedLimit).map { .enterprise($0) }
        reply.document = .kept(version: nil, .plain)
        try MessageSignature(of: &reply, body: body, digest: digest).sign(&reply, by: answers, at: inquiry)
        return reply
    }
}

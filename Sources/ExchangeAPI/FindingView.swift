internal import Access
internal import CanonicalJSON
internal import NameSearch
internal import ServiceKit

/// What of those who are found a caller may see.
///
/// All that search and match know beside ids and codes (names, state, district, industry, representative, address) is the
/// registration's. Whoever may not see that section is told ids and codes alone, in an order that tells nothing, and can
/// ask for nothing by what he may not see: an answer would tell it him.
struct FindingView {
    /// The section that all of it is of.
    private static let section = Scope.registration

    private let showsRegistration: Bool

    /// - Parameter admission: who asks; nobody sees nothing.
    init(_ admission: Admission?) {
        guard let admission else {
            showsRegistration = false
            return
        }
        showsRegistration =
            admission.permission.sections.map { $0.contains(Self.section.section ?? "") } ?? true
    }

    /// - Throws: ``Problem`` where a search is narrowed by what the caller may not see.
    func check(filters parameters: [String: String]) throws(Problem) {
        guard showsRegistration || parameters.keys.allSatisfy({ !["district", "state", "industry"].contains($0) })
        else {
            throw .scope(Self.section.name)
        }
    }

    /// - Throws: ``Problem`` where something is compared that the caller may not see.
    func check(_ queries: [MatchQuery]) throws(Problem) {
        guard !showsRegistration else { return }
        for query in queries {
            let compared = [query.representative, query.address, query.district, query.industry]
            guard compared.allSatisfy({ $0 == nil }) else { throw .scope(Self.section.name) }
        }
    }

    func json(_ hits: [SearchHit]) -> [JSONValue] {
        guard !showsRegistration else { return hits.map(\.json) }
        return hits.sorted { $0.id < $1.id }.map { Self.shown($0.json, ["id", "uscc"]) }
    }

    func json(_ candidates: [MatchCandidate]) -> [JSONValue] {
        guard !showsRegistration else { return candidates.map(\.json) }
        return candidates.map { Self.shown($0.json, ["id", "uscc", "confidence", "grades"]) }
    }

    private static func shown(_ json: JSONValue, _ names: Set<String>) -> JSONValue {
        .object((json.object ?? [:]).filter { names.contains($0.key) })
    }
}

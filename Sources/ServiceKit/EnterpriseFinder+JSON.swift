package import CanonicalJSON
internal import CreditModel
package import NameSearch

/// Search and match as JSON: alike in the API and at the command line.
extension SearchHit {
    /// Without what is not known.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(id.text), "name": .string(name), "matched": .string(matched),
            "kind": .string(kind.word), "score": .integer(Int64(score)),
        ]
        for (member, text) in [("state", state), ("district", district), ("industry", industry), ("uscc", uscc)] {
            if let text { members[member] = .string(text) }
        }
        return .object(members)
    }
}

extension MatchCandidate {
    /// With a grade and the reasons for each field.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(id.text), "confidence": .integer(Int64(verdict.confidence)),
            "grades": .string(verdict.grades),
            "fields": .array(
                verdict.findings.map { finding in
                    .object([
                        "field": .string(finding.field.member), "grade": .string(finding.grade.rawValue),
                        "zh": .string(finding.chinese), "en": .string(finding.english),
                    ])
                }
            ),
        ]
        for (member, text) in [
            ("name", name), ("matched", matched), ("kind", kind?.word), ("state", state), ("uscc", uscc),
        ] {
            if let text { members[member] = .string(text) }
        }
        return .object(members)
    }
}

extension MatchField {
    /// As JSON has it.
    fileprivate var member: String { self == .representative ? "legalRepresentative" : rawValue }
}

extension SearchCard.NameKind {
    /// As JSON has it.
    fileprivate var word: String {
        switch self {
        case .present: "present"
        case .other: "other"
        case .former: "former"
        }
    }
}

/// Why a query cannot be read.
package enum MatchQueryFault: Error {
    case noObject
    /// There is no such member.
    case unknown(String)
    /// The member is no text.
    case noText(String)
    /// Neither a name nor a code is given.
    case nothing
}

extension MatchQuery {
    /// The members that a query may have.
    package static let members = ["name", "code", "legalRepresentative", "address", "district", "industry"]

    /// Reads an object with some of ``members``.
    package init(json: JSONValue) throws(MatchQueryFault) {
        guard let object = json.object else { throw .noObject }
        var texts: [String: String] = [:]
        for (member, value) in object {
            guard Self.members.contains(member) else { throw .unknown(member) }
            guard let text = value.string else { throw .noText(member) }
            texts[member] = text
        }
        self.init(
            name: texts["name"],
            code: texts["code"],
            representative: texts["legalRepresentative"],
            address: texts["address"],
            district: texts["district"],
            industry: texts["industry"]
        )
        guard canBeFound else { throw .nothing }
    }
}

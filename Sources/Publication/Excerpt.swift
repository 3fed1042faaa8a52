internal import CanonicalJSON
package import CreditModel
internal import ServiceKit
internal import Signing

/// What of a profile is shown to somebody who may see some sections only.
struct Excerpt {
    /// What tells which enterprise it is, and stands in every excerpt.
    private static let identity: Set<String> = ["id", "identifiers", "contested", "registered"]

    /// Cuts a profile down.
    ///
    /// Records that only hidden sections rest on are null, so that the others keep their places; and so is what is said of
    /// a source unless all of its records are shown: how many there are is part of what is hidden.
    static func of(_ profile: [UInt8], showing sections: [String]) throws -> [UInt8] {
        guard case .object(let members) = try JSONValue(parsing: profile) else {
            throw PublicationError.malformed("a profile is no object")
        }
        let shown = Set(sections)
        var kept = members.filter { identity.contains($0.key) || shown.contains($0.key) }
        var places: Set<Int64> = []
        for value in kept.values { collect(value, &places) }
        var hidden: Set<[String]> = []
        var visible: Set<[String]> = []
        if case .array(let records)? = members["records"] {
            kept["records"] = .array(
                records.enumerated().map { place, record in
                    let source = ["agency", "dataset"].map { record[$0]?.string ?? "" }
                    let isShown = places.contains(Int64(place))
                    if isShown { visible.insert(source) } else { hidden.insert(source) }
                    return isShown ? record : .null
                }
            )
        }
        if case .object(let agencies)? = members["sources"] {
            kept["sources"] = .object(
                Dictionary(
                    uniqueKeysWithValues: agencies.map { agency, datasets in
                        guard case .object(let datasets) = datasets else { return (agency, .null) }
                        let told = datasets.map { dataset, value in
                            let source = [agency, dataset]
                            return (dataset, visible.contains(source) && !hidden.contains(source) ? value : .null)
                        }
                        return (agency, .object(Dictionary(uniqueKeysWithValues: told)))
                    }
                )
            )
        }
        if case .object(let cut)? = members["cut"] {
            let told = cut.filter { shown.contains($0.key) }
            if !told.isEmpty { kept["cut"] = .object(told) }
        }
        kept["sections"] = .array(shown.intersection(members.keys).sorted().map { .string($0) })
        return JSONValue.object(kept).canonical
    }

    /// The places of records that something names, at any depth.
    private static func collect(_ value: JSONValue, _ places: inout Set<Int64>) {
        switch value {
        case .object(let members):
            for (name, member) in members {
                if name == "records", case .array(let list) = member {
                    for case .integer(let place) in list { places.insert(place) }
                } else if name == "record", case .integer(let place) = member {
                    places.insert(place)
                } else {
                    collect(member, &places)
                }
            }
        case .array(let list): for member in list { collect(member, &places) }
        default: break
        }
    }
}

extension Publisher: AnswerSigner {
    package func excerpt(of profile: [UInt8], showing sections: [String]) throws -> [UInt8] {
        try Excerpt.of(profile, showing: sections)
    }

    package func signedExcerpt(_ excerpt: [UInt8], of id: EnterpriseID, version: String, at now: Int64) throws
        -> [UInt8]
    {
        let envelope = Envelope(issuer: issuer, issuedAt: now, subject: id.text, version: version)
        return try signingKey().sign(envelope.payload(around: excerpt), as: .excerpt).flattened
    }

    package func signature(
        over base: (_ keyID: String, _ algorithm: String) -> (parameters: String, base: [UInt8])
    ) throws -> (parameters: String, signature: [UInt8]) {
        let key = try signingKey()
        // RFC 9421 §6.2.2.
        let algorithm = key.publicKey.algorithm == .es256 ? "ecdsa-p256-sha256" : "ed25519"
        let (parameters, base) = base(key.keyID, algorithm)
        return (parameters, try key.signature(over: base))
    }
}

internal import CanonicalJSON
package import CreditModel
package import ServiceKit
internal import Signing

/// The signed envelope around a profile of a past day: names the day, so that nobody takes it for the present profile.
package struct DatedEnvelope: Hashable, Sendable {
    package var issuer: String
    /// POSIX seconds: when it was asked for.
    package var issuedAt: Int64
    package var subject: String
    /// The digest of the profile in it.
    package var version: String
    /// What was true on this day.
    package var asOf: Day
    /// By what was known at this moment, in POSIX seconds; nil for all that was known when it was signed.
    package var knownAt: Int64?

    /// Canonical JSON: members in the order that RFC 8785 asks for.
    package func payload(around profile: [UInt8]) -> [UInt8] {
        let (head, tail) = frame
        return head + profile + tail
    }

    /// Takes a payload apart: the envelope and the profile's exact bytes.
    package static func read(_ payload: [UInt8]) throws -> (envelope: DatedEnvelope, profile: ArraySlice<UInt8>) {
        guard case .object(let members) = try JSONValue(parsing: payload), case .object? = members["profile"],
            case .integer(let issuedAt)? = members["iat"], SignedTime.isPlausible(issuedAt),
            case .string(let issuer)? = members["iss"], case .string(let subject)? = members["sub"],
            case .string(let version)? = members["version"], case .string(let day)? = members["asOf"],
            let asOf = Day(day)
        else {
            throw PublicationError.malformed("a past profile's payload needs asOf, iat, iss, profile, sub and version")
        }
        var envelope = DatedEnvelope(
            issuer: issuer,
            issuedAt: issuedAt,
            subject: subject,
            version: version,
            asOf: asOf
        )
        if case .integer(let moment)? = members["knownAt"], SignedTime.isPlausible(moment) {
            envelope.knownAt = moment
        }
        let (head, tail) = envelope.frame
        guard members.count == (envelope.knownAt == nil ? 6 : 7), payload.starts(with: head),
            payload.count > head.count + tail.count, payload.suffix(tail.count).elementsEqual(tail)
        else { throw PublicationError.malformed("a past profile's payload is not canonical") }
        return (envelope, payload[head.count..<(payload.count - tail.count)])
    }

    /// The same members without issuer, time and signature, for machines beside the exchange.
    package static func unsigned(_ profile: DatedProfile) -> [UInt8] {
        let known = profile.knownAt.map { ",\"knownAt\":\($0)" } ?? ""
        return Array("{\"asOf\":\"\(profile.asOf)\"\(known),\"profile\":".utf8) + profile.bytes
            + Array(",\"sub\":\"\(profile.id)\",\"version\":\"\(profile.version)\"}".utf8)
    }

    private var frame: (head: [UInt8], tail: [UInt8]) {
        let known = knownAt.map { ",\"knownAt\":\($0)" } ?? ""
        let head = "{\"asOf\":\"\(asOf)\",\"iat\":\(issuedAt),\"iss\":\(quoted(issuer))\(known),\"profile\":"
        let tail = ",\"sub\":\(quoted(subject)),\"version\":\(quoted(version))}"
        return (Array(head.utf8), Array(tail.utf8))
    }

    private func quoted(_ text: String) -> String { String(decoding: JSONValue.string(text).canonical, as: UTF8.self) }
}

extension Publisher: PastSigner {
    package func signedDocument(of profile: DatedProfile, at now: Int64) throws -> [UInt8] {
        let envelope = DatedEnvelope(
            issuer: issuer,
            issuedAt: now,
            subject: profile.id.text,
            version: profile.version,
            asOf: profile.asOf,
            knownAt: profile.knownAt
        )
        let payload = envelope.payload(around: profile.bytes)
        guard payload.count <= Envelope.limit else { throw PublicationError.tooLarge(profile.id, bytes: payload.count) }
        return try signingKey().sign(payload, as: .pastProfile).flattened
    }
}

internal import CanonicalJSON
internal import CreditModel

/// The signed envelope around a profile: who says so, when, about whom, in which version.
///
/// The profile's stored canonical bytes are set into it as they are: nothing is read and written again, so what was
/// digested is what is signed.
package struct Envelope: Hashable, Sendable {
    /// The longest payload, in bytes: joserfc and others refuse more than 128,000 characters of its base64url text.
    package static let limit = 96_000

    package var issuer: String
    /// POSIX seconds: when this version was signed.
    package var issuedAt: Int64
    package var subject: String
    package var version: String

    package init(issuer: String, issuedAt: Int64, subject: String, version: String) {
        self.issuer = issuer
        self.issuedAt = issuedAt
        self.subject = subject
        self.version = version
    }

    /// Canonical JSON: members in the order that RFC 8785 asks for.
    package func payload(around profile: [UInt8]) -> [UInt8] {
        let (head, tail) = frame
        var payload: [UInt8] = []
        payload.reserveCapacity(head.count + profile.count + tail.count)
        payload += head
        payload += profile
        payload += tail
        return payload
    }

    /// Takes a payload apart: the envelope and the profile's exact bytes.
    package static func read(_ payload: [UInt8]) throws -> (envelope: Envelope, profile: ArraySlice<UInt8>) {
        let value = try JSONValue(parsing: payload)
        guard case .object(let members) = value, members.count == 5, case .integer(let issuedAt)? = members["iat"],
            case .string(let issuer)? = members["iss"], case .string(let subject)? = members["sub"],
            case .string(let version)? = members["version"], case .object? = members["profile"],
            SignedTime.isPlausible(issuedAt)
        else { throw PublicationError.malformed("a profile's payload needs iat, iss, profile, sub and version") }
        let envelope = Envelope(issuer: issuer, issuedAt: issuedAt, subject: subject, version: version)
        let (head, tail) = envelope.frame
        guard payload.starts(with: head), payload.count > head.count + tail.count,
            payload.suffix(tail.count).elementsEqual(tail)
        else { throw PublicationError.malformed("a profile's payload is not canonical") }
        return (envelope, payload[head.count..<(payload.count - tail.count)])
    }

    /// What stands before the profile's bytes, and what behind them.
    package var frame: (head: [UInt8], tail: [UInt8]) {
        let head = "{\"iat\":\(issuedAt),\"iss\":\(quoted(issuer)),\"profile\":"
        let tail = ",\"sub\":\(quoted(subject)),\"version\":\(quoted(version))}"
        return (Array(head.utf8), Array(tail.utf8))
    }

    private func quoted(_ text: String) -> String { String(decoding: JSONValue.string(text).canonical, as: UTF8.self) }
}

internal import CanonicalJSON
internal import CreditModel
internal import Crypto
internal import HashTree
package import Signing

/// Checks documents of the exchange without store and network: with the issuer's public keys alone.
package struct Verifier: Sendable {
    let keys: KeySet
    private let now: Int64
    private let issuer: String?
    private let seen: [String: Int64]

    /// - Parameters:
    ///   - keys: the issuer's, fetched from where the verifier trusts.
    ///   - now: POSIX seconds: a status expires.
    ///   - issuer: who must have issued; nil takes whoever the keys belong to, but for a sandbox.
    ///   - seen: the greatest position that was seen of each issuer: a status of an older one is not current.
    package init(keys: KeySet, now: Int64, issuer: String? = nil, seen: [String: Int64] = [:]) {
        self.keys = keys
        self.now = now
        self.issuer = issuer
        self.seen = seen
    }

    /// The end of what a document alone does not prove, and its proof beside it does.
    static let untilProven = ": the proof that came with it and the status of that moment show that"

    /// Checks one document, flattened or compact, whatever it is.
    package func verify(_ bytes: [UInt8]) -> Verification {
        do {
            let verified = try keys.verify(SignedDocument(parsing: bytes))
            switch verified.type {
            case DocumentType.profile: return try profile(verified)
            case DocumentType.excerpt: return try excerpt(verified)
            case DocumentType.pastProfile: return try pastProfile(verified)
            case DocumentType.status: return try status(verified)
            case DocumentType.absence: return try absence(verified)
            case DocumentType.manifest: return try manifest(verified)
            case DocumentType.snapshot: return try snapshot(verified)
            default:
                var result = Verification(.notGenuine, kind: "unknown")
                result.problems = ["signed by a known key, but no kind of document that this exchange publishes"]
                return result
            }
        } catch {
            var result = Verification(.notGenuine, kind: "unknown")
            result.problems = ["\(error)"]
            return result
        }
    }

    private func profile(_ verified: Verified<[UInt8]>) throws -> Verification {
        let (envelope, profile) = try Envelope.read(verified.payload)
        var result = Verification(.genuineNotCurrent, kind: "profile")
        result.facts = facts(verified, issuer: envelope.issuer, issuedAt: envelope.issuedAt)
        result.facts["enterprise"] = envelope.subject
        result.facts["version"] = envelope.version
        check(issuer: envelope.issuer, &result)
        guard EnterpriseID(envelope.subject) != nil else {
            result.fail("its subject is no enterprise id")
            return result
        }
        if try JSONValue(parsing: Array(profile))["id"]?.string.map({ $0 == envelope.subject }) != true {
            result.fail("its profile is another enterprise's than its subject")
        }
        if ShortDigest.text(of: Array(SHA256.hash(data: profile))) != envelope.version {
            result.fail("its version is not the digest of the profile in it")
        }
        if verified.payload.count > Envelope.limit { result.fail("its payload is longer than the exchange ever signs") }
        guard result.verdict != .notGenuine else { return result }
        let time = LocalTime(posix: envelope.issuedAt)
        result.proves = ["the issuer signed exactly this profile at \(time), and nothing in it was changed since"]
        result.doesNotProve = [
            "that it is the present version" + Self.untilProven,
            "that what the agencies recorded is right: the profile names the records that it rests on",
        ]
        return result
    }

    private func excerpt(_ verified: Verified<[UInt8]>) throws -> Verification {
        let (envelope, excerpt) = try Envelope.read(verified.payload)
        var result = Verification(.genuineNotCurrent, kind: "excerpt")
        result.facts = facts(verified, issuer: envelope.issuer, issuedAt: envelope.issuedAt)
        result.facts["enterprise"] = envelope.subject
        result.facts["version"] = envelope.version
        check(issuer: envelope.issuer, &result)
        let shown = try JSONValue(parsing: Array(excerpt))
        let sections = shown["sections"]?.array?.compactMap(\.string)
        guard let sections, EnterpriseID(envelope.subject) != nil, shown["id"]?.string == envelope.subject else {
            result.fail("it does not say of whom it is, or which sections it shows")
            return result
        }
        guard result.verdict != .notGenuine else { return result }
        result.facts["sections"] = sections.joined(separator: ", ")
        result.proves = ["the issuer signed exactly these sections at \(LocalTime(posix: envelope.issuedAt))"]
        result.doesNotProve = [
            "that it is the present version" + Self.untilProven,
            "anything about the sections that it does not show",
        ]
        return result
    }

    private func pastProfile(_ verified: Verified<[UInt8]>) throws -> Verification {
        let (envelope, profile) = try DatedEnvelope.read(verified.payload)
        var result = Verification(.genuineNotCurrent, kind: "past profile")
        result.facts = facts(verified, issuer: envelope.issuer, issuedAt: envelope.issuedAt)
        result.facts["enterprise"] = envelope.subject
        result.facts["version"] = envelope.version
        result.facts["as of"] = envelope.asOf.description
        let moment = LocalTime(posix: envelope.knownAt ?? envelope.issuedAt)
        result.facts["known at"] = moment.description
        check(issuer: envelope.issuer, &result)
        if EnterpriseID(envelope.subject) == nil { result.fail("its subject is no enterprise id") }
        if ShortDigest.text(of: Array(SHA256.hash(data: profile))) != envelope.version {
            result.fail("its version is not the digest of the profile in it")
        }
        if verified.payload.count > Envelope.limit { result.fail("its payload is longer than the exchange ever signs") }
        guard result.verdict != .notGenuine else { return result }
        result.proves = ["the issuer says that by what was known at \(moment) this was true on \(envelope.asOf)"]
        result.doesNotProve = ["anything about another day: it is not the present profile"]
        return result
    }

    private func status(_ verified: Verified<[UInt8]>) throws -> Verification {
        let status = try StatusPayload(verified.payload)
        var result = Verification(.genuineAndCurrent, kind: "status")
        result.facts = facts(verified, issuer: status.issuer, issuedAt: status.issuedAt)
        result.facts["expires"] = LocalTime(posix: status.expiresAt).description
        result.facts["position"] = String(status.position)
        for state in status.states {
            result.facts["source \(state.dataset)"] =
                state.state + (state.completeUpTo.map { ", complete up to \($0)" } ?? "")
        }
        check(issuer: status.issuer, &result)
        if status.expiresAt - status.issuedAt > Publisher.statusLifetime {
            result.fail("it lives longer than a status may")
        }
        guard result.verdict != .notGenuine else { return result }
        if now >= status.expiresAt {
            result.verdict = .genuineNotCurrent
            result.problems += [
                "it expired at \(LocalTime(posix: status.expiresAt)): ask the exchange for the present one"
            ]
        }
        // Two minutes of difference between clocks are forgiven.
        if status.issuedAt > now + 120 {
            result.verdict = .genuineNotCurrent
            result.problems.append("it was issued in the future: one of the clocks is wrong")
        }
        if let greatest = seen[status.issuer], status.position < greatest {
            result.verdict = .genuineNotCurrent
            result.problems.append("it is of position \(status.position), but position \(greatest) was seen before")
        }
        result.facts["digest"] = Publisher.digest(verified.payload)
        result.proves = [
            "every profile that position \(status.position) touches was derived and signed when it was issued"
        ]
        if let tree = status.tree {
            result.facts["root"] = tree.root.digest
            result.facts["change"] = String(tree.change)
            result.facts["speaks of"] = "\(tree.count) ids and codes"
        } else {
            result.doesNotProve = [
                "which version of a profile belongs to that position: it is from before there was a tree"
            ]
        }
        result.facts["previous"] = status.previous
        return result
    }

    private func absence(_ verified: Verified<[UInt8]>) throws -> Verification {
        let absence = try AbsencePayload(verified.payload)
        var result = Verification(.genuineNotCurrent, kind: "absence")
        result.facts = facts(verified, issuer: absence.issuer, issuedAt: absence.issuedAt)
        result.facts["key"] = absence.key
        result.facts["position"] = String(absence.position)
        result.facts["status"] = absence.status
        check(issuer: absence.issuer, &result)
        guard result.verdict != .notGenuine else { return result }
        result.proves = ["the issuer says that it knew nothing by this at \(LocalTime(posix: absence.issuedAt))"]
        result.doesNotProve = [
            "that nothing is known now" + Self.untilProven,
            "that there is nothing to know: for each source it says how much of it was read",
        ]
        return result
    }

    private func manifest(_ verified: Verified<[UInt8]>) throws -> Verification {
        let manifest = try ManifestPayload(verified.payload)
        var result = Verification(.genuineNotCurrent, kind: "manifest")
        result.facts = facts(verified, issuer: manifest.issuer, issuedAt: manifest.issuedAt)
        result.facts["profiles"] = String(manifest.count)
        result.facts["digest"] = manifest.digest
        result.facts["position"] = String(manifest.position)
        check(issuer: manifest.issuer, &result)
        guard result.verdict != .notGenuine else { return result }
        result.proves = ["the issuer wrote an export of \(manifest.count) profiles with this digest"]
        result.doesNotProve = ["anything about a file of profiles: verify that file, with this manifest beside it"]
        return result
    }

    func facts(_ verified: Verified<[UInt8]>, issuer: String, issuedAt: Int64) -> [String: String] {
        [
            "issuer": issuer, "issued": LocalTime(posix: issuedAt).description, "key": verified.key.keyID,
            "algorithm": verified.key.algorithm.rawValue,
        ]
    }

    func check(issuer found: String, _ result: inout Verification) {
        if let issuer, issuer != found { result.fail("issued by \(found), not by \(issuer)") }
        // Whoever checks against the wrong keys by mistake must not take invented data for real.
        if issuer == nil, SandboxIssuer.isOne(found) { result.fail(SandboxIssuer.warning) }
    }
}

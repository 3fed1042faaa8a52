internal import HashTree
internal import Signing

/// Whether an answer is current: what the exchange says now, and no genuine older thing.
extension Verifier {
    /// What lies beside a document to judge it by.
    package struct Beside: Sendable {
        /// A signed status of the sources.
        package var status: [UInt8]
        /// The field `Suixin-Proof` that came with the answer; nil where it was not kept.
        package var proof: String?
        /// The id or code that was asked for; nil for the document's own enterprise.
        package var asked: String?
        /// The greatest position that was seen of this exchange; what is older is refused.
        package var seen: Int64?

        package init(status: [UInt8], proof: String? = nil, asked: String? = nil, seen: Int64? = nil) {
            self.status = status
            self.proof = proof
            self.asked = asked
            self.seen = seen
        }
    }

    /// Checks a document beside a status and the proof that leads from that to it.
    package func verify(_ bytes: [UInt8], beside: Beside) -> Verification {
        var result = verify(bytes)
        let status = verify(beside.status)
        guard status.kind == "status", status.verdict != .notGenuine else {
            result.fail("the status is not genuine: \(status.problems.joined(separator: "; "))")
            return result
        }
        for (name, value) in status.facts { result.facts["status \(name)"] = value }
        if result.facts["issuer"] != status.facts["issuer"] {
            result.fail("document and status come from different issuers")
        }
        guard result.verdict != .notGenuine else { return result }
        result.proves.append("the sources were as the status says at its time")
        judge(&result, status, beside)
        return result
    }

    private func judge(_ result: inout Verification, _ status: Verification, _ beside: Beside) {
        guard let proof = beside.proof else {
            if status.verdict == .genuineNotCurrent {
                result.verdict = max(result.verdict, .genuineNotCurrent)
                result.problems += status.problems.map { "status: \($0)" }
            }
            return
        }
        guard let root = status.facts["root"].flatMap({ TreeHash(digest: $0) }) else {
            result.problems.append("the status has no tree: no proof can be checked by it")
            return
        }
        guard let field = ProofField(proof) else {
            result.fail("the proof cannot be read: it must be the field Suixin-Proof as it came")
            return
        }
        guard isProven(&result, field, asked: beside.asked, under: root) else {
            result.problems.append(
                "the proof does not lead from the status to this document: it was not what the exchange said then"
            )
            return
        }
        result.doesNotProve.removeAll { $0.hasPrefix("that it is the present version") }
        if let seen = beside.seen, let position = status.facts["position"].flatMap({ Int64($0) }), position < seen {
            result.problems.append("the status is of position \(position), but position \(seen) was seen before")
            return
        }
        result.verdict = status.verdict
        result.problems += status.problems.map { "status: \($0)" }
    }

    private func isProven(
        _ result: inout Verification,
        _ field: ProofField,
        asked: String?,
        under root: TreeHash
    ) -> Bool {
        switch result.kind {
        case "profile", "excerpt":
            let asked = asked ?? field.steps.first?.name ?? ""
            guard let version = result.facts["version"],
                let id = field.end(from: asked, under: root, version: version), id == result.facts["enterprise"]
            else { return false }
            result.proves.append(
                "\(asked) led to \(id), and this was the present version of its profile, as of the status"
            )
            return true
        case "absence":
            // Without what was asked for, nobody can tell whose absence it is.
            guard let asked, result.facts["key"] == HashTree.sha256.key(of: asked).digest,
                field.provesAbsence(of: asked, under: root)
            else { return false }
            result.proves.append("nothing was known by \(asked), as of the status")
            return true
        default: return false
        }
    }
}

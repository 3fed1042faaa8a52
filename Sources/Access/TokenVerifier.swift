internal import Signing
internal import Synchronization

/// Checks tokens that this exchange signed, each signature once.
///
/// What was checked is kept by the digest of its text, in two generations of limited size: when the newer one is full it
/// becomes the older, whose tokens must be checked anew. So memory is bounded, and who is busy stays in it.
final class TokenVerifier: Sendable {
    private struct State {
        var keys: KeySet
        var newer: [Digest256: AccessToken] = [:]
        var older: [Digest256: AccessToken] = [:]
        /// Whether somebody showed a token of a key that is not known here: perhaps it was made since.
        var wantsKeys = false
    }

    /// Longer tokens are none of ours.
    static let sizeLimit = 4096
    private let configuration: TokenConfiguration
    private let capacity: Int
    private let state: Mutex<State>

    init(_ configuration: TokenConfiguration, keys: KeySet, capacity: Int) {
        self.configuration = configuration
        self.capacity = max(2, capacity)
        state = Mutex(State(keys: keys))
    }

    /// Whether keys should be read anew; asking takes the wish away.
    func takeWishForKeys() -> Bool {
        state.withLock { state in
            defer { state.wantsKeys = false }
            return state.wantsKeys
        }
    }

    /// Takes other keys; what was checked by a key that is among them no more is forgotten.
    func use(_ keys: KeySet) {
        state.withLock { state in
            guard state.keys != keys else { return }
            let isSmaller = state.keys.keys.contains { keys[$0.keyID] == nil }
            state.keys = keys
            if isSmaller {
                state.newer = [:]
                state.older = [:]
            }
        }
    }

    /// What a token says, if this exchange says so.
    func token(_ text: [UInt8]) throws(Refusal) -> AccessToken {
        guard text.count <= Self.sizeLimit else { throw .malformed }
        let digest = Digest256(of: text)
        if let known = known(digest) { return known }
        let keys = state.withLock { $0.keys }
        let token = try check(text, keys)
        state.withLock { state in
            // Between then and now a key may have been given up.
            if state.keys == keys { keep(token, digest, &state) }
        }
        return token
    }

    private func known(_ digest: Digest256) -> AccessToken? {
        state.withLock { state in
            if let token = state.newer[digest] { return token }
            guard let token = state.older[digest] else { return nil }
            keep(token, digest, &state)
            return token
        }
    }

    private func keep(_ token: AccessToken, _ digest: Digest256, _ state: inout State) {
        if state.newer.count >= capacity / 2 {
            state.older = state.newer
            state.newer = [:]
        }
        state.newer[digest] = token
    }

    private func check(_ text: [UInt8], _ keys: KeySet) throws(Refusal) -> AccessToken {
        let verified: Verified<[UInt8]>
        do throws(SigningError) {
            // The compact form alone: whatever else a document may look like is no token.
            guard text.first != UInt8(ascii: "{") else { throw .malformed("no compact form") }
            verified = try keys.verify(SignedDocument(parsing: text, limit: Self.sizeLimit), as: .accessToken)
        } catch {
            switch error {
            case .unknownKey:
                state.withLock { $0.wantsKeys = true }
                throw .unknown
            case .signature, .algorithm, .type: throw .unknown
            default: throw .malformed
            }
        }
        return try AccessToken(verified.payload, issuer: configuration.issuer, audience: configuration.audience)
    }
}

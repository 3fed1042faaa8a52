import CanonicalJSON
import CreditModel
import Foundation
import Testing

extension CommandLineTests {
    /// What was true, and what was answered.
    func lookBack(_ desk: CommandDesk) throws {
        let id = try desk.anyID()
        // After the sync: whatever this very second is, its answer was given by then.
        let now = LocalTime(posix: Int64(Date().timeIntervalSince1970))
        let signed = try desk.suixin("profile", "show", id, "--jws").output
        let plain = try desk.suixin("profile", "show", id, "--json").output
        #expect(try desk.suixin("profile", "show", id, "--known-at", now.spaced, "--jws").output == signed)
        #expect(try desk.suixin("profile", "show", id, "--known-at", "\(now)", "--json").output == plain)
        let nothing = try desk.suixin("profile", "show", id, "--known-at", "2000-01-01T00:00:00Z")
        #expect(nothing.status == 3 && nothing.errors.contains("2000-01-01 08:00:00"))
        #expect(try desk.suixin("profile", "show", id, "--as-of", "1900-01-01").status == 3)
        for wrong in [
            ["--as-of", "2018-02-29"], ["--as-of", "\(now.day.adding(days: 2))"], ["--known-at", "2018-06-01"],
            ["--known-at", "\(now.day.adding(days: 2))T00:00"],
        ] { #expect(try desk.suixin("profile", "show", id, wrong[0], wrong[1]).status == 64, "\(wrong)") }

        let day = ["--as-of", "\(now.day)"]
        let today = try desk.suixin("profile", "show", id, day[0], day[1], "--json").json
        #expect(today["asOf"]?.string == "\(now.day)" && today["knownAt"] == nil)
        #expect(try today["profile"] == JSONValue(parsing: Array(plain.utf8)))
        let both = try desk.suixin("profile", "show", id, day[0], day[1], "--known-at", "\(now)", "--json").json
        #expect(both["profile"] == today["profile"] && both["knownAt"]?.integer == now.posix)
        let page = try desk.suixin("profile", "show", id, day[0], day[1], "--set", "language=en").output
        #expect(page.contains("What was true on \(now.day), by what is known now. Not the present profile."))
        try desk.write(desk.suixin("profile", "show", id, day[0], day[1], "--compact").output, "past.jws")
        try desk.write(desk.suixin("keys", "jwks").output, "past-keys.json")
        let verified = try desk.suixin("verify", "past.jws", "--jwks", "past-keys.json")
        #expect(verified.status == 2 && verified.output.contains("as of: \(now.day)"))
    }
}

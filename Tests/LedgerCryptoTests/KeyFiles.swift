import LedgerCrypto

/// Keys for tests alone, made once with OpenSSL 3.0 (`openssl genpkey`, `openssl pkcs8 -topk8`, `openssl ec`).
enum KeyFiles {
    /// Ed25519, PBES2 with 2048 iterations; the passphrase is "correct".
    static let encryptedEd25519 = bytes(
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgN3+yP3YNqpQICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOwM3EaKLDt6wWqEFCZlgFgEQBcO
        JTLitW4nyriNgyTXhpYlTPK4FihjP0dHUCFYsqSo941FlCbfSl0nVQo7oY/Qvg2H
        6JutwuJ2Gep6rYvuB98=
        -----END ENCRYPTED PRIVATE KEY-----
        """)

    static let unsupported: [(name: String, pem: [UInt8])] = [
        (
            "RSA",
            bytes(
                """
                -----BEGIN PRIVATE KEY-----
                MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAMXAu8ff9/mILmY0
                fwykUUGeV/U+w836OsbGO7JtF/tpBoTtr3qtQYrqd/E9kGB50mndJRyCKIPXY3df
                i2HLxft9FYgMYBhRGu9zGRCe8ALysMGwxX8/2UYQrXcYnNN5E/M0DTipdtRErz9b
                eJVpk1s2i2UBQWEa8zmLhp9HszkHAgMBAAECgYEAq447mfeUMhdRYXtTaQ04LPwI
                hIrx5USbLwyUh4MbFhGUBUgKPxwFS1WDvnZRRVEKGKswYd4M9euqr8nkqm/UjYRa
                mPFOZa0vwS1eruZdwpAR6mrMoLpiENpauf4VvEQEK9y6bQ3n89zuqwkF3DQS7guP
                jtfeH2KxduZBX8ePmgkCQQDvkCHll9Jx07y7Nq55zEjG/Vyho+dDg6A6R1ZdJI25
                +Tb/1o0sHqVK9xECHk3i2/cfaGOfDLg4sN4ArwaJSm+9AkEA01I3OHC35mUZSoTw
                IMA/8jelNclbVHrhIaUoyv8Mtk8IzK6dAevhq1/5QTpOCZPFDIaUlVjqBmOwMtO3
                FnCGEwJAMxKzZ1Na1lGh5vfdcrIOwf26Bev/nfEt877JtsnYPVHYW+rN5h4Sd0z9
                H0p+qGLk6JlEw9/eVpe+fL7T0elAsQJATjI/ItB7DHNer3ePz960CvJSXRvcgt9R
                jXyrIqrMTm3iiLMYgEyD3kGOX3euxtZ6dQ8bzkPvnVuoKLa1KkWLJwJBAKhxrg32
                Zz/iaOF+RdkBQ+skiraT5gqo+1G3bnb4bl8CKaxL6HGLoIA7TG/1gGDWMoA6vMlZ
                b8rA8ay9z6B0lTk=
                -----END PRIVATE KEY-----
                """)
        ),
        (
            "X25519",
            bytes(
                """
                -----BEGIN PRIVATE KEY-----
                MC4CAQAwBQYDK2VuBCIEIOgmtLA/+EnvdG9pKQ78sNgv4qhlRWxJwXloZqS8QzNL
                -----END PRIVATE KEY-----
                """)
        ),
        (
            "ED448",
            bytes(
                """
                -----BEGIN PRIVATE KEY-----
                MEcCAQAwBQYDK2VxBDsEOUbEik4JBdcF/deTqluvtj0RRf2A4d59q/E9Uq9attgy
                FbYkVOe2ecya3pxHc6wMI9XEkkyaX+i+LA==
                -----END PRIVATE KEY-----
                """)
        ),
        (
            "secp384r1",
            bytes(
                """
                -----BEGIN PRIVATE KEY-----
                MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBJ8ip0KoY8U7f/CTXF
                TRntZ49swnXjuc5ZylIwrcTOrkJml1dGw9X0dh33oSaH40mhZANiAAS958WbZrCN
                TQi8Zfqdtmsm1s1IQPx9df6Px5IsGRnAl98sMKT8Tboirsls7z899gE+PS4+r7kP
                Qvhc6LIuXbvtbc3y/yPjJI/zr7ipYB1u/B2cvIRklnZgL4yGzR/YhAg=
                -----END PRIVATE KEY-----
                """)
        ),
        (
            "secp256k1",
            bytes(
                """
                -----BEGIN PRIVATE KEY-----
                MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgvFnPSzC1d7fiB4LUeXhl
                Y2MrT8xfjhEUDeZa7Gi893yhRANCAATivAnkuB3zedw0nLDjo/IuGqlH2HiAyscg
                OfomMwqJ8i2Ptv2NGY+GvQPD8wF+OPUCojb09K4nKVD/vuqlLSVL
                -----END PRIVATE KEY-----
                """)
        ),
    ]

    static let unsupportedPublic: [(name: String, spki: [UInt8])] = [
        (
            "RSA",
            content(
                """
                -----BEGIN PUBLIC KEY-----
                MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDFwLvH3/f5iC5mNH8MpFFBnlf1
                PsPN+jrGxjuybRf7aQaE7a96rUGK6nfxPZBgedJp3SUcgiiD12N3X4thy8X7fRWI
                DGAYURrvcxkQnvAC8rDBsMV/P9lGEK13GJzTeRPzNA04qXbURK8/W3iVaZNbNotl
                AUFhGvM5i4afR7M5BwIDAQAB
                -----END PUBLIC KEY-----
                """)
        ),
        (
            "X25519",
            content(
                """
                -----BEGIN PUBLIC KEY-----
                MCowBQYDK2VuAyEAs0U/9hVtDBMoeJ2JJ81koIGmfCiKDYhSM6fUOuEm5CU=
                -----END PUBLIC KEY-----
                """)
        ),
        (
            "ED448",
            content(
                """
                -----BEGIN PUBLIC KEY-----
                MEMwBQYDK2VxAzoAWfdYigJu3jIxbxGzPSHcAkIeu6pw8bSFKtQlLgYYFQv8Km4u
                06eafKbfa2Oi1oxx/mMm1hvX+xSA
                -----END PUBLIC KEY-----
                """)
        ),
        (
            "secp384r1",
            content(
                """
                -----BEGIN PUBLIC KEY-----
                MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEvefFm2awjU0IvGX6nbZrJtbNSED8fXX+
                j8eSLBkZwJffLDCk/E26Iq7JbO8/PfYBPj0uPq+5D0L4XOiyLl277W3N8v8j4ySP
                86+4qWAdbvwdnLyEZJZ2YC+Mhs0f2IQI
                -----END PUBLIC KEY-----
                """)
        ),
        (
            "secp256k1",
            content(
                """
                -----BEGIN PUBLIC KEY-----
                MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE4rwJ5Lgd83ncNJyw46PyLhqpR9h4gMrH
                IDn6JjMKifItj7b9jRmPhr0Dw/MBfjj1AqI29PSuJylQ/77qpS0lSw==
                -----END PUBLIC KEY-----
                """)
        ),
    ]

    static let otherEncodings: [(name: String, spki: [UInt8])] = [
        (
            "compressed point",
            content(
                """
                -----BEGIN PUBLIC KEY-----
                MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACEV54JYKiAyvbp0gTcI8x4m5FlcoC
                vJD4jxk0uK+dtXM=
                -----END PUBLIC KEY-----
                """)
        ),
        (
            "explicit curve",
            content(
                """
                -----BEGIN PUBLIC KEY-----
                MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
                AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
                ///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
                NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
                RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
                //////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABFlpJrii7j/KjmkWL+uXmM4w
                HQ3mDNym8tr1OGwvPBAaHw773ZXhqqrpI+NG2/rrf89OKtYunhIIiexKhZnHevo=
                -----END PUBLIC KEY-----
                """)
        ),
    ]

    static let notPKCS8: [(name: String, pem: [UInt8])] = [
        (
            "EC PRIVATE KEY",
            bytes(
                """
                -----BEGIN EC PRIVATE KEY-----
                MHcCAQEEIH/DYR2JC6PDInCPF8b1LJt6tSambdaZ2AQg774ABmV3oAoGCCqGSM49
                AwEHoUQDQgAEEV54JYKiAyvbp0gTcI8x4m5FlcoCvJD4jxk0uK+dtXOpPkAwDL1R
                pUw7CkwSQ0e1NE3oCI1Dg1lzkHyzOLIZ4A==
                -----END EC PRIVATE KEY-----
                """)
        ),
        (
            "EC PRIVATE KEY, encrypted",
            bytes(
                """
                -----BEGIN EC PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,7240CF588A1F4181AEB50AB7C21B6523

                1LWBYFuvELTR0yP/c0gNaBcJgSXrf9c5PEyZmDYqaW7sdTi8y08/1PjitEIOzE6O
                7h64MDZ1ACCe/3vwFQOE+NO9dPTamkxQ5bE9XtrigRYHhogclahLaZ/iaNWVYYQl
                QGnyrbrUwK7WYNXjOsrtt73TsxXMV/jfW6KNsq01esQ=
                -----END EC PRIVATE KEY-----
                """)
        ),
    ]

    private static func bytes(_ text: String) -> [UInt8] { [UInt8]((text + "\n").utf8) }

    /// What a PEM text holds.
    private static func content(_ text: String) -> [UInt8] {
        Base64.decode(text.split(separator: "\n").dropFirst().dropLast().joined()) ?? []
    }
}

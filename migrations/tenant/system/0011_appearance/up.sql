-- How the tenant looks and what its people may complete themselves (启动页, 背景图, 小程序菜单, 个人基础信息).

-- Uploaded pictures. What a picture was replaced by or taken back for is removed by the hourly housekeeping.
CREATE TABLE pictures (
    id uuid CONSTRAINT pictures_key PRIMARY KEY,
    slot text NOT NULL CONSTRAINT pictures_slot
        CHECK (slot IN ('splash', 'pc_login', 'pc_home', 'mini_login', 'mini_home', 'news')),
    state text NOT NULL CONSTRAINT pictures_state CHECK (state IN ('uploading', 'used', 'past')),
    file_name text NOT NULL,
    file_size integer NOT NULL,
    width integer,
    height integer,
    account_name text NOT NULL,
    created_at timestamptz NOT NULL,
    -- of the state
    changed_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX pictures_used_idx ON pictures (slot) WHERE state = 'used';

-- Menus of the mini-program that differ from the catalogue (config/menus_mini.csv).
CREATE TABLE mini_menus (
    key text CONSTRAINT mini_menus_key PRIMARY KEY,
    label text,
    sort smallint,
    enabled boolean NOT NULL
);

-- What people may change of their own record.
CREATE TABLE self_service (
    id smallint CONSTRAINT self_service_key PRIMARY KEY CONSTRAINT self_service_one CHECK (id = 1),
    fields text[] NOT NULL
);
INSERT INTO self_service (id, fields) VALUES (1, ARRAY[
    'nativePlace', 'educationLevel', 'degree', 'school', 'major', 'workPost', 'employer', 'professionalTitle',
    'landline', 'homeAddress'
]);

// Written by `deno task types`; do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "appointment_holds": {
        Row: {
          "appointment_id": string | null;
          "call_sid": string;
          "contact_name": string | null;
          "contact_phone": string | null;
          "created_at": string;
          "ends_at": string;
          "expires_at": string;
          "id": string;
          "org_id": string;
          "provider_id": string;
          "service_id": string;
          "starts_at": string;
          "status": string;
        };
        ComputedFields: never;
        Insert: {
          "appointment_id"?: string | null;
          "call_sid": string;
          "contact_name"?: string | null;
          "contact_phone"?: string | null;
          "created_at"?: string;
          "ends_at": string;
          "expires_at": string;
          "id"?: string;
          "org_id": string;
          "provider_id": string;
          "service_id": string;
          "starts_at": string;
          "status"?: string;
        };
        Update: {
          "appointment_id"?: string | null;
          "call_sid"?: string;
          "contact_name"?: string | null;
          "contact_phone"?: string | null;
          "created_at"?: string;
          "ends_at"?: string;
          "expires_at"?: string;
          "id"?: string;
          "org_id"?: string;
          "provider_id"?: string;
          "service_id"?: string;
          "starts_at"?: string;
          "status"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "appointment_holds_org_id_appointment_id_fkey";
            columns: ["org_id", "appointment_id"];
            isOneToOne: false;
            referencedRelation: "appointments";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "appointment_holds_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "appointment_holds_org_id_provider_id_fkey";
            columns: ["org_id", "provider_id"];
            isOneToOne: false;
            referencedRelation: "providers";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "appointment_holds_org_id_service_id_fkey";
            columns: ["org_id", "service_id"];
            isOneToOne: false;
            referencedRelation: "services";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
      "appointments": {
        Row: {
          "cancel_reason": string | null;
          "code": string;
          "contact_id": string;
          "created_at": string;
          "ends_at": string;
          "hold_id": string | null;
          "id": string;
          "org_id": string;
          "provider_id": string;
          "service_id": string;
          "starts_at": string;
          "status": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "cancel_reason"?: string | null;
          "code": string;
          "contact_id": string;
          "created_at"?: string;
          "ends_at": string;
          "hold_id"?: string | null;
          "id"?: string;
          "org_id": string;
          "provider_id": string;
          "service_id": string;
          "starts_at": string;
          "status"?: string;
          "updated_at"?: string;
        };
        Update: {
          "cancel_reason"?: string | null;
          "code"?: string;
          "contact_id"?: string;
          "created_at"?: string;
          "ends_at"?: string;
          "hold_id"?: string | null;
          "id"?: string;
          "org_id"?: string;
          "provider_id"?: string;
          "service_id"?: string;
          "starts_at"?: string;
          "status"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "appointments_org_id_contact_id_fkey";
            columns: ["org_id", "contact_id"];
            isOneToOne: false;
            referencedRelation: "contacts";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "appointments_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "appointments_org_id_hold_id_fkey";
            columns: ["org_id", "hold_id"];
            isOneToOne: false;
            referencedRelation: "appointment_holds";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "appointments_org_id_provider_id_fkey";
            columns: ["org_id", "provider_id"];
            isOneToOne: false;
            referencedRelation: "providers";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "appointments_org_id_service_id_fkey";
            columns: ["org_id", "service_id"];
            isOneToOne: false;
            referencedRelation: "services";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
      "audit_log": {
        Row: {
          "actor": string;
          "at": string;
          "call_sid": string | null;
          "changed": (string)[] | null;
          "id": string;
          "org_id": string;
          "row_id": string;
          "table_name": string;
          "user_id": string | null;
          "verb": string;
          "via": string;
        };
        ComputedFields: never;
        Insert: {
          "actor": string;
          "at"?: string;
          "call_sid"?: string | null;
          "changed"?: (string)[] | null;
          "id"?: string;
          "org_id": string;
          "row_id": string;
          "table_name": string;
          "user_id"?: string | null;
          "verb": string;
          "via": string;
        };
        Update: {
          "actor"?: string;
          "at"?: string;
          "call_sid"?: string | null;
          "changed"?: (string)[] | null;
          "id"?: string;
          "org_id"?: string;
          "row_id"?: string;
          "table_name"?: string;
          "user_id"?: string | null;
          "verb"?: string;
          "via"?: string;
        };
        Relationships: [];
      };
      "availability": {
        Row: {
          "closes_at": string;
          "id": string;
          "opens_at": string;
          "org_id": string;
          "provider_id": string;
          "valid_from": string | null;
          "valid_to": string | null;
          "weekday": number;
        };
        ComputedFields: never;
        Insert: {
          "closes_at": string;
          "id"?: string;
          "opens_at": string;
          "org_id": string;
          "provider_id": string;
          "valid_from"?: string | null;
          "valid_to"?: string | null;
          "weekday": number;
        };
        Update: {
          "closes_at"?: string;
          "id"?: string;
          "opens_at"?: string;
          "org_id"?: string;
          "provider_id"?: string;
          "valid_from"?: string | null;
          "valid_to"?: string | null;
          "weekday"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "availability_org_id_provider_id_fkey";
            columns: ["org_id", "provider_id"];
            isOneToOne: false;
            referencedRelation: "providers";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
      "call_events": {
        Row: {
          "call_sid": string;
          "created_at": string;
          "id": string;
          "org_id": string;
          "received_at": string;
          "sequence": number;
          "status": string;
        };
        ComputedFields: never;
        Insert: {
          "call_sid": string;
          "created_at": string;
          "id"?: string;
          "org_id": string;
          "received_at"?: string;
          "sequence": number;
          "status": string;
        };
        Update: {
          "call_sid"?: string;
          "created_at"?: string;
          "id"?: string;
          "org_id"?: string;
          "received_at"?: string;
          "sequence"?: number;
          "status"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "call_events_org_id_call_sid_fkey";
            columns: ["org_id", "call_sid"];
            isOneToOne: false;
            referencedRelation: "calls";
            referencedColumns: ["org_id", "call_sid"];
          },
        ];
      };
      "calls": {
        Row: {
          "call_sid": string;
          "duration_seconds": number | null;
          "ended_at": string | null;
          "from_phone": string | null;
          "given_phone": string | null;
          "id": string;
          "org_id": string;
          "outcome": string | null;
          "progress": string;
          "started_at": string;
          "status": string;
          "status_at": string;
          "status_sequence": number;
          "to_phone": string | null;
        };
        ComputedFields: never;
        Insert: {
          "call_sid": string;
          "duration_seconds"?: number | null;
          "ended_at"?: string | null;
          "from_phone"?: string | null;
          "given_phone"?: string | null;
          "id"?: string;
          "org_id": string;
          "outcome"?: string | null;
          "progress"?: string;
          "started_at": string;
          "status"?: string;
          "status_at": string;
          "status_sequence"?: number;
          "to_phone"?: string | null;
        };
        Update: {
          "call_sid"?: string;
          "duration_seconds"?: number | null;
          "ended_at"?: string | null;
          "from_phone"?: string | null;
          "given_phone"?: string | null;
          "id"?: string;
          "org_id"?: string;
          "outcome"?: string | null;
          "progress"?: string;
          "started_at"?: string;
          "status"?: string;
          "status_at"?: string;
          "status_sequence"?: number;
          "to_phone"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "calls_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "contacts": {
        Row: {
          "created_at": string;
          "date_of_birth": string | null;
          "id": string;
          "name": string | null;
          "org_id": string;
          "phone": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "date_of_birth"?: string | null;
          "id"?: string;
          "name"?: string | null;
          "org_id": string;
          "phone": string;
        };
        Update: {
          "created_at"?: string;
          "date_of_birth"?: string | null;
          "id"?: string;
          "name"?: string | null;
          "org_id"?: string;
          "phone"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "contacts_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "follow_up_tasks": {
        Row: {
          "appointment_id": string | null;
          "assignee": string | null;
          "body": string | null;
          "call_sid": string | null;
          "contact_id": string | null;
          "created_at": string;
          "due_at": string;
          "from_phone": string | null;
          "id": string;
          "idempotency_key": string;
          "org_id": string;
          "reason": string;
          "recording_url": string | null;
          "status": string;
        };
        ComputedFields: never;
        Insert: {
          "appointment_id"?: string | null;
          "assignee"?: string | null;
          "body"?: string | null;
          "call_sid"?: string | null;
          "contact_id"?: string | null;
          "created_at"?: string;
          "due_at"?: string;
          "from_phone"?: string | null;
          "id"?: string;
          "idempotency_key"?: string;
          "org_id": string;
          "reason": string;
          "recording_url"?: string | null;
          "status"?: string;
        };
        Update: {
          "appointment_id"?: string | null;
          "assignee"?: string | null;
          "body"?: string | null;
          "call_sid"?: string | null;
          "contact_id"?: string | null;
          "created_at"?: string;
          "due_at"?: string;
          "from_phone"?: string | null;
          "id"?: string;
          "idempotency_key"?: string;
          "org_id"?: string;
          "reason"?: string;
          "recording_url"?: string | null;
          "status"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "follow_up_tasks_org_id_appointment_id_fkey";
            columns: ["org_id", "appointment_id"];
            isOneToOne: false;
            referencedRelation: "appointments";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "follow_up_tasks_org_id_assignee_fkey";
            columns: ["org_id", "assignee"];
            isOneToOne: false;
            referencedRelation: "memberships";
            referencedColumns: ["org_id", "user_id"];
          },
          {
            foreignKeyName: "follow_up_tasks_org_id_contact_id_fkey";
            columns: ["org_id", "contact_id"];
            isOneToOne: false;
            referencedRelation: "contacts";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "follow_up_tasks_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "holidays": {
        Row: {
          "day": string;
          "name": string;
          "org_id": string;
        };
        ComputedFields: never;
        Insert: {
          "day": string;
          "name": string;
          "org_id": string;
        };
        Update: {
          "day"?: string;
          "name"?: string;
          "org_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "holidays_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "invitations": {
        Row: {
          "created_at": string;
          "email": string;
          "expires_at": string;
          "id": string;
          "org_id": string;
          "role": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "email": string;
          "expires_at"?: string;
          "id"?: string;
          "org_id": string;
          "role": string;
        };
        Update: {
          "created_at"?: string;
          "email"?: string;
          "expires_at"?: string;
          "id"?: string;
          "org_id"?: string;
          "role"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "invitations_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "knowledge_base_chunks": {
        Row: {
          "body": string;
          "id": string;
          "language": string;
          "org_id": string;
          "search": unknown;
          "title": string;
        };
        ComputedFields: never;
        Insert: {
          "body": string;
          "id"?: string;
          "language"?: string;
          "org_id": string;
          "search"?: never;
          "title": string;
        };
        Update: {
          "body"?: string;
          "id"?: string;
          "language"?: string;
          "org_id"?: string;
          "search"?: never;
          "title"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "knowledge_base_chunks_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "memberships": {
        Row: {
          "created_at": string;
          "org_id": string;
          "role": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "org_id": string;
          "role": string;
          "user_id"?: string;
        };
        Update: {
          "created_at"?: string;
          "org_id"?: string;
          "role"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "memberships_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "opt_outs": {
        Row: {
          "created_at": string;
          "id": string;
          "org_id": string;
          "phone": string;
          "source": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "id"?: string;
          "org_id": string;
          "phone": string;
          "source"?: string;
        };
        Update: {
          "created_at"?: string;
          "id"?: string;
          "org_id"?: string;
          "phone"?: string;
          "source"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "opt_outs_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "organizations": {
        Row: {
          "address": string | null;
          "created_at": string;
          "emergency_number": string;
          "greeting": string | null;
          "id": string;
          "locale": string;
          "name": string;
          "timezone": string;
          "version": number;
        };
        ComputedFields: never;
        Insert: {
          "address"?: string | null;
          "created_at"?: string;
          "emergency_number"?: string;
          "greeting"?: string | null;
          "id"?: string;
          "locale"?: string;
          "name": string;
          "timezone": string;
          "version"?: number;
        };
        Update: {
          "address"?: string | null;
          "created_at"?: string;
          "emergency_number"?: string;
          "greeting"?: string | null;
          "id"?: string;
          "locale"?: string;
          "name"?: string;
          "timezone"?: string;
          "version"?: number;
        };
        Relationships: [];
      };
      "outbox": {
        Row: {
          "any_hour": boolean;
          "appointment_id": string | null;
          "attempts": number;
          "claim_id": string | null;
          "contact_id": string | null;
          "created_at": string;
          "due_at": string;
          "id": string;
          "idempotency_key": string;
          "kind": string;
          "not_after": string;
          "org_id": string;
          "problem": string | null;
          "settled_at": string | null;
          "starts_at": string | null;
          "status": string;
          "unsure_since": string | null;
        };
        ComputedFields: never;
        Insert: {
          "any_hour"?: boolean;
          "appointment_id"?: string | null;
          "attempts"?: number;
          "claim_id"?: string | null;
          "contact_id"?: string | null;
          "created_at"?: string;
          "due_at": string;
          "id"?: string;
          "idempotency_key": string;
          "kind": string;
          "not_after": string;
          "org_id": string;
          "problem"?: string | null;
          "settled_at"?: string | null;
          "starts_at"?: string | null;
          "status"?: string;
          "unsure_since"?: string | null;
        };
        Update: {
          "any_hour"?: boolean;
          "appointment_id"?: string | null;
          "attempts"?: number;
          "claim_id"?: string | null;
          "contact_id"?: string | null;
          "created_at"?: string;
          "due_at"?: string;
          "id"?: string;
          "idempotency_key"?: string;
          "kind"?: string;
          "not_after"?: string;
          "org_id"?: string;
          "problem"?: string | null;
          "settled_at"?: string | null;
          "starts_at"?: string | null;
          "status"?: string;
          "unsure_since"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "outbox_org_id_appointment_id_fkey";
            columns: ["org_id", "appointment_id"];
            isOneToOne: false;
            referencedRelation: "appointments";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "outbox_org_id_contact_id_fkey";
            columns: ["org_id", "contact_id"];
            isOneToOne: false;
            referencedRelation: "contacts";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "outbox_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "phone_numbers": {
        Row: {
          "created_at": string;
          "id": string;
          "org_id": string;
          "phone": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "id"?: string;
          "org_id": string;
          "phone": string;
        };
        Update: {
          "created_at"?: string;
          "id"?: string;
          "org_id"?: string;
          "phone"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "phone_numbers_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "provider_services": {
        Row: {
          "org_id": string;
          "provider_id": string;
          "service_id": string;
        };
        ComputedFields: never;
        Insert: {
          "org_id": string;
          "provider_id": string;
          "service_id": string;
        };
        Update: {
          "org_id"?: string;
          "provider_id"?: string;
          "service_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "provider_services_org_id_provider_id_fkey";
            columns: ["org_id", "provider_id"];
            isOneToOne: false;
            referencedRelation: "providers";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "provider_services_org_id_service_id_fkey";
            columns: ["org_id", "service_id"];
            isOneToOne: false;
            referencedRelation: "services";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
      "providers": {
        Row: {
          "id": string;
          "kind": string;
          "menu_position": number;
          "org_id": string;
          "spoken_name": string | null;
        };
        ComputedFields: never;
        Insert: {
          "id": string;
          "kind"?: string;
          "menu_position"?: number;
          "org_id": string;
          "spoken_name"?: string | null;
        };
        Update: {
          "id"?: string;
          "kind"?: string;
          "menu_position"?: number;
          "org_id"?: string;
          "spoken_name"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "providers_org_id_id_kind_fkey";
            columns: ["org_id", "id", "kind"];
            isOneToOne: false;
            referencedRelation: "resources";
            referencedColumns: ["org_id", "id", "kind"];
          },
        ];
      };
      "resources": {
        Row: {
          "id": string;
          "is_active": boolean;
          "kind": string;
          "name": string;
          "org_id": string;
        };
        ComputedFields: never;
        Insert: {
          "id"?: string;
          "is_active"?: boolean;
          "kind": string;
          "name": string;
          "org_id": string;
        };
        Update: {
          "id"?: string;
          "is_active"?: boolean;
          "kind"?: string;
          "name"?: string;
          "org_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "resources_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "service_resources": {
        Row: {
          "kind": string;
          "org_id": string;
          "resource_id": string;
          "service_id": string;
        };
        ComputedFields: never;
        Insert: {
          "kind": string;
          "org_id": string;
          "resource_id": string;
          "service_id": string;
        };
        Update: {
          "kind"?: string;
          "org_id"?: string;
          "resource_id"?: string;
          "service_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "service_resources_org_id_resource_id_kind_fkey";
            columns: ["org_id", "resource_id", "kind"];
            isOneToOne: false;
            referencedRelation: "resources";
            referencedColumns: ["org_id", "id", "kind"];
          },
          {
            foreignKeyName: "service_resources_org_id_service_id_fkey";
            columns: ["org_id", "service_id"];
            isOneToOne: false;
            referencedRelation: "services";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
      "services": {
        Row: {
          "assignment": string;
          "buffer_after_minutes": number;
          "buffer_before_minutes": number;
          "duration_minutes": number;
          "horizon_days": number;
          "id": string;
          "is_active": boolean;
          "menu_position": number;
          "min_notice_minutes": number;
          "name": string;
          "org_id": string;
          "slot_step_minutes": number;
        };
        ComputedFields: never;
        Insert: {
          "assignment"?: string;
          "buffer_after_minutes"?: number;
          "buffer_before_minutes"?: number;
          "duration_minutes": number;
          "horizon_days"?: number;
          "id"?: string;
          "is_active"?: boolean;
          "menu_position"?: number;
          "min_notice_minutes"?: number;
          "name": string;
          "org_id": string;
          "slot_step_minutes"?: number;
        };
        Update: {
          "assignment"?: string;
          "buffer_after_minutes"?: number;
          "buffer_before_minutes"?: number;
          "duration_minutes"?: number;
          "horizon_days"?: number;
          "id"?: string;
          "is_active"?: boolean;
          "menu_position"?: number;
          "min_notice_minutes"?: number;
          "name"?: string;
          "org_id"?: string;
          "slot_step_minutes"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "services_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "slot_claims": {
        Row: {
          "appointment_id": string | null;
          "during": unknown;
          "expires_at": string | null;
          "hold_id": string | null;
          "id": string;
          "org_id": string;
          "resource_id": string;
        };
        ComputedFields: never;
        Insert: {
          "appointment_id"?: string | null;
          "during": unknown;
          "expires_at"?: string | null;
          "hold_id"?: string | null;
          "id"?: string;
          "org_id": string;
          "resource_id": string;
        };
        Update: {
          "appointment_id"?: string | null;
          "during"?: unknown;
          "expires_at"?: string | null;
          "hold_id"?: string | null;
          "id"?: string;
          "org_id"?: string;
          "resource_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "slot_claims_org_id_appointment_id_fkey";
            columns: ["org_id", "appointment_id"];
            isOneToOne: false;
            referencedRelation: "appointments";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "slot_claims_org_id_hold_id_fkey";
            columns: ["org_id", "hold_id"];
            isOneToOne: false;
            referencedRelation: "appointment_holds";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "slot_claims_org_id_resource_id_fkey";
            columns: ["org_id", "resource_id"];
            isOneToOne: false;
            referencedRelation: "resources";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
      "text_settings": {
        Row: {
          "confirmations": boolean;
          "id": string;
          "messaging_service_sid": string | null;
          "org_id": string;
          "quiet_from": string;
          "quiet_to": string;
          "reminders": (string)[];
        };
        ComputedFields: never;
        Insert: {
          "confirmations"?: boolean;
          "id"?: string;
          "messaging_service_sid"?: string | null;
          "org_id": string;
          "quiet_from"?: string;
          "quiet_to"?: string;
          "reminders"?: (string)[];
        };
        Update: {
          "confirmations"?: boolean;
          "id"?: string;
          "messaging_service_sid"?: string | null;
          "org_id"?: string;
          "quiet_from"?: string;
          "quiet_to"?: string;
          "reminders"?: (string)[];
        };
        Relationships: [
          {
            foreignKeyName: "text_settings_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: true;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "texts": {
        Row: {
          "appointment_id": string | null;
          "contact_id": string | null;
          "created_at": string;
          "direction": string;
          "error_code": number | null;
          "id": string;
          "is_answered": boolean;
          "org_id": string;
          "outbox_id": string | null;
          "outcome": string | null;
          "phone": string | null;
          "sid": string;
          "status": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "appointment_id"?: string | null;
          "contact_id"?: string | null;
          "created_at"?: string;
          "direction": string;
          "error_code"?: number | null;
          "id"?: string;
          "is_answered"?: boolean;
          "org_id": string;
          "outbox_id"?: string | null;
          "outcome"?: string | null;
          "phone"?: string | null;
          "sid": string;
          "status": string;
          "updated_at"?: string;
        };
        Update: {
          "appointment_id"?: string | null;
          "contact_id"?: string | null;
          "created_at"?: string;
          "direction"?: string;
          "error_code"?: number | null;
          "id"?: string;
          "is_answered"?: boolean;
          "org_id"?: string;
          "outbox_id"?: string | null;
          "outcome"?: string | null;
          "phone"?: string | null;
          "sid"?: string;
          "status"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "texts_org_id_appointment_id_fkey";
            columns: ["org_id", "appointment_id"];
            isOneToOne: false;
            referencedRelation: "appointments";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "texts_org_id_contact_id_fkey";
            columns: ["org_id", "contact_id"];
            isOneToOne: false;
            referencedRelation: "contacts";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "texts_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "texts_org_id_outbox_id_fkey";
            columns: ["org_id", "outbox_id"];
            isOneToOne: false;
            referencedRelation: "outbox";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
      "time_off": {
        Row: {
          "ends_at": string;
          "id": string;
          "note": string | null;
          "org_id": string;
          "resource_id": string | null;
          "starts_at": string;
        };
        ComputedFields: never;
        Insert: {
          "ends_at": string;
          "id"?: string;
          "note"?: string | null;
          "org_id": string;
          "resource_id"?: string | null;
          "starts_at": string;
        };
        Update: {
          "ends_at"?: string;
          "id"?: string;
          "note"?: string | null;
          "org_id"?: string;
          "resource_id"?: string | null;
          "starts_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "time_off_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "time_off_org_id_resource_id_fkey";
            columns: ["org_id", "resource_id"];
            isOneToOne: false;
            referencedRelation: "resources";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
      "verification_attempts": {
        Row: {
          "attempt_key": string;
          "call_sid": string | null;
          "created_at": string;
          "id": string;
          "org_id": string;
          "phone": string;
          "succeeded": boolean;
        };
        ComputedFields: never;
        Insert: {
          "attempt_key": string;
          "call_sid"?: string | null;
          "created_at"?: string;
          "id"?: string;
          "org_id": string;
          "phone": string;
          "succeeded": boolean;
        };
        Update: {
          "attempt_key"?: string;
          "call_sid"?: string | null;
          "created_at"?: string;
          "id"?: string;
          "org_id"?: string;
          "phone"?: string;
          "succeeded"?: boolean;
        };
        Relationships: [
          {
            foreignKeyName: "verification_attempts_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
        ];
      };
      "waitlist_entries": {
        Row: {
          "contact_id": string;
          "created_at": string;
          "hold_id": string | null;
          "id": string;
          "offered_provider_id": string | null;
          "offered_starts_at": string | null;
          "org_id": string;
          "provider_id": string | null;
          "service_id": string;
          "status": string;
          "wanted": unknown;
        };
        ComputedFields: never;
        Insert: {
          "contact_id": string;
          "created_at"?: string;
          "hold_id"?: string | null;
          "id"?: string;
          "offered_provider_id"?: string | null;
          "offered_starts_at"?: string | null;
          "org_id": string;
          "provider_id"?: string | null;
          "service_id": string;
          "status"?: string;
          "wanted": unknown;
        };
        Update: {
          "contact_id"?: string;
          "created_at"?: string;
          "hold_id"?: string | null;
          "id"?: string;
          "offered_provider_id"?: string | null;
          "offered_starts_at"?: string | null;
          "org_id"?: string;
          "provider_id"?: string | null;
          "service_id"?: string;
          "status"?: string;
          "wanted"?: unknown;
        };
        Relationships: [
          {
            foreignKeyName: "waitlist_entries_org_id_contact_id_fkey";
            columns: ["org_id", "contact_id"];
            isOneToOne: false;
            referencedRelation: "contacts";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "waitlist_entries_org_id_fkey";
            columns: ["org_id"];
            isOneToOne: false;
            referencedRelation: "organizations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "waitlist_entries_org_id_hold_id_fkey";
            columns: ["org_id", "hold_id"];
            isOneToOne: false;
            referencedRelation: "appointment_holds";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "waitlist_entries_org_id_provider_id_fkey";
            columns: ["org_id", "provider_id"];
            isOneToOne: false;
            referencedRelation: "providers";
            referencedColumns: ["org_id", "id"];
          },
          {
            foreignKeyName: "waitlist_entries_org_id_service_id_fkey";
            columns: ["org_id", "service_id"];
            isOneToOne: false;
            referencedRelation: "services";
            referencedColumns: ["org_id", "id"];
          },
        ];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      "begin_call": {
        Args: { "p_call_sid": string; "p_created_at"?: string; "p_from": string; "p_to": string };
        Returns: Json;
      };
      "cancel_appointment": {
        Args: { "p_appointment_id": string; "p_call_sid"?: string; "p_org_id": string; "p_reason"?: string };
        Returns: Json;
      };
      "check_health": { Args: Record<PropertyKey, never>; Returns: Json };
      "claim_alert_notices": {
        Args: { "p_channels": (string)[]; "p_lease_seconds"?: number; "p_now"?: string };
        Returns: Json;
      };
      "claim_chores": { Args: { "p_now"?: string }; Returns: Json };
      "claim_slot_atomic": {
        Args: {
          "p_call_sid": string;
          "p_hold_minutes"?: number;
          "p_org_id": string;
          "p_provider_id": string;
          "p_service_id": string;
          "p_starts_at": string;
        };
        Returns: Json;
      };
      "claim_texts": { Args: { "p_lease_seconds"?: number; "p_limit"?: number; "p_now"?: string }; Returns: Json };
      "confirm_hold": { Args: { "p_contact": Json; "p_hold_id": string; "p_org_id": string }; Returns: Json };
      "evaluate_alerts": { Args: { "p_now"?: string }; Returns: Json };
      "expire_holds": { Args: Record<PropertyKey, never>; Returns: Json };
      "find_open_slots": {
        Args: {
          "p_call_sid"?: string;
          "p_from": string;
          "p_limit"?: number;
          "p_org_id": string;
          "p_provider_id"?: string;
          "p_service_id": string;
          "p_to": string;
        };
        Returns: Json;
      };
      "find_unsettled": {
        Args: {
          "p_call_sids": (string)[];
          "p_recording_call_sids": (string)[];
          "p_recording_sids": (string)[];
          "p_text_sids"?: (string)[];
        };
        Returns: Json;
      };
      "finish_reconciliation": { Args: { "p_settled_until": string }; Returns: Json };
      "join_waitlist": {
        Args: {
          "p_call_sid"?: string;
          "p_contact": Json;
          "p_from"?: string;
          "p_org_id": string;
          "p_provider_id"?: string;
          "p_service_id": string;
          "p_to"?: string;
        };
        Returns: Json;
      };
      "list_appointments": {
        Args: {
          "p_call_sid"?: string;
          "p_code"?: string;
          "p_date_of_birth": string;
          "p_org_id": string;
          "p_phone": string;
        };
        Returns: Json;
      };
      "note_caller_phone": { Args: { "p_call_sid": string; "p_org_id": string; "p_phone": string }; Returns: Json };
      "receive_text": {
        Args: { "p_body": string; "p_from": string; "p_intent": string; "p_sid": string; "p_to": string };
        Returns: Json;
      };
      "record_alert_notice": {
        Args: { "p_alert_id": string; "p_channel": string; "p_event": string; "p_is_told": boolean };
        Returns: Json;
      };
      "record_call_event": {
        Args: {
          "p_call_sid": string;
          "p_created_at": string;
          "p_duration_seconds"?: number;
          "p_from"?: string;
          "p_sequence": number;
          "p_status": string;
          "p_to"?: string;
        };
        Returns: Json;
      };
      "record_requests": { Args: { "p_batch": string; "p_counts": Json }; Returns: Json };
      "record_text_failed": {
        Args: {
          "p_claim_id": string;
          "p_explanation": string;
          "p_is_final": boolean;
          "p_is_unsure": boolean;
          "p_org_id": string;
          "p_outbox_id": string;
          "p_problem": string;
        };
        Returns: Json;
      };
      "record_text_sent": {
        Args: { "p_org_id": string; "p_outbox_id": string; "p_sid": string; "p_status": string };
        Returns: Json;
      };
      "record_text_status": {
        Args: {
          "p_error_code"?: number;
          "p_explanation"?: string;
          "p_outbox_id": string;
          "p_sid": string;
          "p_status": string;
        };
        Returns: Json;
      };
      "release_hold": { Args: { "p_hold_id": string; "p_org_id": string }; Returns: Json };
      "reschedule_appointment": {
        Args: { "p_appointment_id": string; "p_hold_id": string; "p_org_id": string };
        Returns: Json;
      };
      "search_knowledge": {
        Args: { "p_call_sid"?: string; "p_limit"?: number; "p_org_id": string; "p_query": string };
        Returns: Json;
      };
      "set_hold_contact": { Args: { "p_contact"?: Json; "p_hold_id": string; "p_org_id": string }; Returns: Json };
      "settle_call": {
        Args: {
          "p_call_sid": string;
          "p_duration_seconds"?: number;
          "p_ended_at": string;
          "p_from": string;
          "p_started_at": string;
          "p_status": string;
          "p_to": string;
        };
        Returns: Json;
      };
      "start_reconciliation": { Args: Record<PropertyKey, never>; Returns: Json };
      "take_message": {
        Args: {
          "p_body": string;
          "p_call_sid": string;
          "p_from": string;
          "p_org_id": string;
          "p_reason": string;
          "p_recording_url": string;
          "p_to"?: string;
        };
        Returns: Json;
      };
      "tidy_counts": { Args: { "p_now"?: string }; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {},
  },
} as const;
